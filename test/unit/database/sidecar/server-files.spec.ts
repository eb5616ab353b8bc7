import { mkdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isSound, keepMetadata, mendMetadata } from '../../../../src/infra/database/sidecar/metadata-file.ts';
import { readableLines, ServerLog } from '../../../../src/infra/database/sidecar/server-log.ts';
import { modulePath } from '../../../../src/infra/database/module-file.ts';
import { endOrphan } from '../../../../src/infra/database/sidecar/server-record.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

const SOUND = '# GENERATED\n\nversion = "1.2.0"\nedition = "standalone"\n';

describe("the server's files", () => {
  it('ENG12 a broken metadata.toml is restored from our copy, and removed when there is none', async () => {
    await using folder = await tempFolder();
    const path = join(folder.path, 'metadata.toml');
    expect(await mendMetadata(folder.path)).toBe('sound');
    await writeFile(path, '');
    expect(await mendMetadata(folder.path)).toBe('removed');
    await writeFile(path, SOUND);
    await keepMetadata(folder.path);
    expect(await mendMetadata(folder.path)).toBe('sound');
    await writeFile(path, SOUND.slice(0, 20));
    await keepMetadata(folder.path);
    expect(await mendMetadata(folder.path)).toBe('restored');
    expect(await readFile(path, 'utf8')).toBe(SOUND);
    await writeFile(path, '');
    await writeFile(join(folder.path, 'metadata.toml.heycat'), '');
    expect(await mendMetadata(folder.path)).toBe('removed');
  });

  it('ENG12 every cut of the file is either whole or known as broken', () => {
    for (let length = 0; length < SOUND.length; length++) {
      const cut = SOUND.slice(0, length);
      expect(isSound(cut)).toBe(cut.includes('edition = "standalone"'));
    }
  });

  it('ENG18 the log is closed to others, appended to, and set aside at 5 MB when a server starts', async () => {
    await using folder = await tempFolder();
    const logs = join(folder.path, 'logs');
    const path = join(logs, 'spacetimedb.log');
    await (await ServerLog.open(logs)).close();
    if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
    await writeFile(path, 'before\n');
    const log = await ServerLog.open(logs);
    await writeFile(path, 'this start\n', { flag: 'a' });
    expect(await log.tail()).toBe('this start');
    await log.close();
    expect(await readFile(path, 'utf8')).toBe('before\nthis start\n');
    await truncate(path, 5 * 1024 * 1024 + 1);
    await (await ServerLog.open(logs)).close();
    expect((await stat(path)).size).toBe(0);
    expect((await stat(`${path}.1`)).size).toBe(5 * 1024 * 1024 + 1);
  });

  it('ENG18 what is shown of the log has no banner, no backtrace and no token', () => {
    const output = [
      '┌──────────┐',
      '│ .d8888b. │',
      '\u001b[1;33mwarning\u001b[0m: something',
      'GET /subscribe?token=eyJ0eXAiOiJKV1QifQ.eyJzdWIiOiJ4In0.c2lnbmF0dXJl&x=1',
      'Error: Address already in use (os error 98)',
      '',
      'Stack backtrace:',
      '   0: main',
    ].join('\n');
    expect(readableLines(output)).toEqual([
      'warning: something',
      'GET /subscribe?token=[token]&x=1',
      'Error: Address already in use (os error 98)',
    ]);
  });

  it('ENG11 a record that is torn, incomplete or names no process ends nothing', async () => {
    await using folder = await tempFolder();
    const place = { path: join(folder.path, 'sidecar.json'), serverData: folder.path };
    const owner = { pid: 1, start_time: 'x' };
    const records = ['', '{', 'null', '[]', '{}'].concat(
      [0, 1, -1, 2.5, 'x', 2 ** 31 - 1].map((pid) =>
        JSON.stringify({ pid, start_time: 'x', port: 1, binary: '/x', owner }),
      ),
      JSON.stringify({ pid: process.pid, start_time: 'x', port: 1, binary: process.execPath, owner }),
      JSON.stringify({ pid: process.pid, start_time: 'x', port: 1, binary: process.execPath }),
    );
    for (const record of records) {
      await writeFile(place.path, record, { mode: 0o600 });
      expect(await endOrphan(place)).toBe('none');
    }
  });

  it('ENG7 the module is found in the package, whichever folder the code runs from', async () => {
    expect(modulePath()).toBe(join(process.cwd(), 'spacetimedb', 'heycat-data', 'dist', 'heycat_data.wasm'));
    await using folder = await tempFolder();
    const code = join(folder.path, 'dist', 'infra', 'engine', 'server');
    await mkdir(code, { recursive: true });
    await writeFile(join(folder.path, 'package.json'), '{}');
    expect(modulePath(code)).toBe(
      join(folder.path, 'spacetimedb', 'heycat-data', 'dist', 'heycat_data.wasm'),
    );
  });
});
