import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SnapshotFolder } from '../../../src/infra/cache/snapshot-folder.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { runTypescript } from '../../support/typescript-child.ts';

const KILLS = Number(process.env['HEYCAT_CACHE_KILLS'] ?? (process.env['CI'] ? 10 : 3));

interface Row {
  id: number;
  seq: number;
}

/** What a start finds: the snapshot's seq, checked against all of its rows. */
async function wholeSnapshot(path: string): Promise<number> {
  const folder = new SnapshotFolder(path);
  const manifest = (await folder.manifest())!;
  const pages = folder.open(manifest);
  const rows = pages.get('recordings')!.flatMap((page) => page.rows()) as Row[];
  expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: 5_000 }, (_, index) => index + 1));
  expect(Math.max(...rows.map(({ seq }) => seq))).toBe(manifest.seq);
  expect(pages.get('statistics')![0]!.rows()).toEqual([{ day: '2026-05-01', seq: manifest.seq }]);
  return manifest.seq;
}

describe('kill -9 while the cache is written', () => {
  it(`CCH6 leaves the snapshot before or the one after, whole (${KILLS} kills)`, async () => {
    await using folder = await tempFolder();
    const path = join(folder.path, 'cache');
    let seq = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const { child, line } = await runTypescript('cache-writer.ts', [path, String(seq + 1)]);
      let told = line;
      child.stdout.on('data', (more: string) => (told += more));
      await sleep(Math.random() * 60);
      child.kill('SIGKILL');
      await once(child, 'close');
      const acknowledged = Number(told.slice(0, told.lastIndexOf('\n')).split('\n').at(-1));
      seq = await wholeSnapshot(path);
      expect(seq).toBeGreaterThanOrEqual(acknowledged);
      expect(seq).toBeLessThanOrEqual(acknowledged + 1);
    }
  }, 3_600_000);
});
