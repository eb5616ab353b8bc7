import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  settleEngines,
  stagingName,
  switchTo,
  type SwitchedToo,
} from '../../../src/infra/database/staging.ts';
import { tempFolder } from '../../support/temp-folder.ts';

/** Folders with a file that says what they were; `current` names the sidecar. */
async function fill(dataDir: string): Promise<void> {
  const names = ['engine/sidecar', `engine/${stagingName('embedded')}`, 'engine/embedded'];
  for (const name of [...names, 'journal/sidecar', 'journal/embedded', 'cache']) {
    await mkdir(join(dataDir, name), { recursive: true, mode: 0o700 });
    await writeFile(join(dataDir, name, 'was'), name);
  }
  await writeFile(join(dataDir, 'engine/current'), 'sidecar\n', { mode: 0o600 });
}

/** What there is: each file with its content. */
async function contentsOf(dataDir: string): Promise<Record<string, string>> {
  const entries = await readdir(dataDir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const contents = files.map(async (path) => [path.slice(dataDir.length + 1), await readFile(path, 'utf8')]);
  return Object.fromEntries(await Promise.all(contents)) as Record<string, string>;
}

const MOVE: SwitchedToo = { carried: { from: 'journal/sidecar', to: 'journal/embedded' } };
const RESTORE: SwitchedToo = { replaced: ['journal', 'cache'] };
const MOVED = {
  'engine/current': 'embedded\n',
  'engine/embedded/was': 'engine/embedded.moving',
  'engine/embedded.old-1/was': 'engine/embedded',
  'engine/sidecar/was': 'engine/sidecar',
  'journal/embedded/was': 'journal/sidecar',
  'journal/embedded.old-1/was': 'journal/embedded',
  'cache/was': 'cache',
};
const RESTORED = {
  'engine/current': 'embedded\n',
  'engine/embedded/was': 'engine/embedded.moving',
  'engine/embedded.old-1/was': 'engine/embedded',
  'engine/sidecar/was': 'engine/sidecar',
  'journal.old-1/sidecar/was': 'journal/sidecar',
  'journal.old-1/embedded/was': 'journal/embedded',
  'cache.old-1/was': 'cache',
};

describe.each([
  ['move', MOVE, MOVED],
  ['restore', RESTORE, RESTORED],
])('the switch of a %s', (_, too, expected) => {
  it('ENG25 BAK5 gives each folder its new name once', async () => {
    await using folder = await tempFolder();
    await fill(folder.path);
    await switchTo(folder.path, 'embedded', too);
    expect(await contentsOf(folder.path)).toEqual(expected);
  });

  it('ENG25 BAK5 cut off after any step is carried out by the next start', async () => {
    const aside = too.replaced ?? ['journal/embedded'];
    const renames: [string, string][] = ['engine/embedded', ...aside].map((name) => [name, `${name}.old-1`]);
    if (too.carried !== undefined) renames.push([too.carried.from, too.carried.to]);
    const steps = [...renames, [`engine/${stagingName('embedded')}`, 'engine/embedded'] as const];
    for (let done = 0; done <= steps.length; done++) {
      await using folder = await tempFolder();
      await fill(folder.path);
      const decided = JSON.stringify({ to: 'embedded', renames });
      await writeFile(join(folder.path, 'engine/switch.json'), decided, { mode: 0o600 });
      for (const [from, to] of steps.slice(0, done))
        await rename(join(folder.path, from), join(folder.path, to));
      await settleEngines(folder.path);
      expect(await contentsOf(folder.path)).toEqual(expected);
      await settleEngines(folder.path);
      expect(await contentsOf(folder.path)).toEqual(expected);
    }
  });
});
