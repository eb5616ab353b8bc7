import { chmod, mkdir, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import {
  ensurePrivateFolder,
  readPrivateFile,
  writePrivateFile,
} from '../../../src/infra/process/files/private-file.ts';
import { dataFolder, defaultDataFolder, runtimeFolder } from '../../../src/infra/process/paths.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const onPosix = process.platform === 'win32' ? it.skip : it;

describe('folders', () => {
  it('ENG21 HEYCAT_DATA_DIR moves the data folder; the platform chooses it otherwise', () => {
    expect(dataFolder({ HEYCAT_DATA_DIR: '/data/x' })).toBe(resolve('/data/x'));
    expect(dataFolder({ HEYCAT_DATA_DIR: 'relative' })).toBe(resolve('relative'));
    expect(dataFolder({ HEYCAT_DATA_DIR: '' })).toBe(defaultDataFolder());
    expect(isAbsolute(defaultDataFolder())).toBe(true);
    expect(defaultDataFolder()).toContain('heycat');
    if (process.platform === 'linux' && !process.env['XDG_DATA_HOME']) {
      expect(defaultDataFolder()).toBe(join(homedir(), '.local', 'share', 'heycat'));
    }
  });

  it('ENG21 HEYCAT_RUNTIME_DIR moves the runtime folder; Linux has one of its own', () => {
    const xdg = { XDG_RUNTIME_DIR: '/run/user/1000' };
    expect(runtimeFolder({ HEYCAT_RUNTIME_DIR: '/r/x', ...xdg }, 'linux')).toBe(resolve('/r/x'));
    expect(runtimeFolder(xdg, 'linux')).toBe(join('/run/user/1000', 'heycat'));
    for (const elsewhere of [
      runtimeFolder({}, 'linux'),
      runtimeFolder({ XDG_RUNTIME_DIR: 'relative' }, 'linux'),
      runtimeFolder(xdg, 'darwin'),
      runtimeFolder(xdg, 'win32'),
    ]) {
      expect(elsewhere).toBe(join(defaultDataFolder(), 'run'));
    }
  });

  onPosix('ENG21 a folder is made closed to others, its parents too', async () => {
    await using folder = await tempFolder();
    const path = join(folder.path, 'a', 'b');
    await ensurePrivateFolder(path);
    await ensurePrivateFolder(path);
    for (const each of [path, join(folder.path, 'a')]) expect((await stat(each)).mode & 0o777).toBe(0o700);
  });

  onPosix('ENG21 a folder that is open, a link or no folder is refused and left as it is', async () => {
    await using folder = await tempFolder();
    const [open, link, file] = ['open', 'link', 'file'].map((name) => join(folder.path, name)) as [
      string,
      string,
      string,
    ];
    await mkdir(open);
    await chmod(open, 0o750);
    await expect(ensurePrivateFolder(open)).rejects.toMatchObject({
      code: 'NOT_AUTHORIZED',
      message: expect.stringContaining(`chmod 700 ${open}`),
    });
    expect((await stat(open)).mode & 0o777).toBe(0o750);
    await chmod(open, 0o700);
    await symlink(open, link);
    await expect(ensurePrivateFolder(link)).rejects.toMatchObject({
      message: expect.stringContaining('symbolic'),
    });
    await writeFile(file, '');
    await expect(ensurePrivateFolder(file)).rejects.toMatchObject({ code: 'NOT_AUTHORIZED' });
  });

  const asRoot = process.getuid?.() === 0 ? it : it.skip;
  asRoot("ENG21 another user's folder is refused", async () => {
    await using folder = await tempFolder();
    const { chown } = await import('node:fs/promises');
    await chown(folder.path, 12_345, 12_345);
    await expect(ensurePrivateFolder(folder.path)).rejects.toMatchObject({
      message: expect.stringContaining('belongs to another user'),
    });
  });

  it('ENG21 a private file is replaced whole and leaves no temporary file behind', async () => {
    await using folder = await tempFolder();
    const path = join(folder.path, 'file');
    expect(await readPrivateFile(path)).toBeUndefined();
    await writePrivateFile(path, 'one');
    await writePrivateFile(path, 'two');
    expect(await readPrivateFile(path)).toBe('two');
    await mkdir(join(folder.path, 'taken'));
    await expect(writePrivateFile(join(folder.path, 'taken'), 'x')).rejects.toThrow();
    expect((await readdir(folder.path)).sort()).toEqual(['file', 'taken']);
  });
});
