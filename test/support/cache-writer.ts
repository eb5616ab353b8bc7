import { SnapshotFolder } from '../../src/infra/cache/snapshot-folder.ts';

/** Saves one snapshot after another into a folder, saying the seq of each that is on disk, until it is killed. */
const [path, first] = process.argv.slice(2);
const folder = new SnapshotFolder(path!);
const rows = Array.from({ length: 5_000 }, (_, index) => ({ id: index + 1, seq: 0, text: 'x'.repeat(100) }));
for (let seq = Number(first); ; seq++) {
  // Each snapshot changes one row of each second page, and says the seq in all that it changes.
  for (let index = (seq % 2) * 1_000; index < rows.length; index += 2_000)
    rows[index] = { ...rows[index]!, seq };
  const contents = { recordings: rows.slice(), statistics: [{ day: '2026-05-01', seq }] };
  await folder.save('key', { epoch: 'e1', seq, contents });
  process.stdout.write(`${seq}\n`);
}
