import { join } from 'node:path';
import { SnapshotFolder } from '../cache/snapshot-folder.ts';
import { journalName, type LocalEngine } from '../engine/current-engine.ts';
import { CommandJournal } from '../journal/command-journal.ts';
import { follows } from '../journal/follows.ts';
import type { BackupHeader } from './backup-lines.ts';

/**
 * How many commands of an engine's journal are carried out behind a backup; undefined when they cannot be: something is
 * missing in between, or nobody knows what the last history was.
 */
export async function commandsBehind(
  dataDir: string,
  kind: LocalEngine,
  { epoch, events }: BackupHeader,
): Promise<number | undefined> {
  // Of the files that last longest this one alone says which history the journal belongs to, and how far that went.
  const known = await new SnapshotFolder(join(dataDir, 'cache')).manifest().catch(() => undefined);
  const entries = await CommandJournal.read(join(dataDir, journalName(kind)));
  if (known?.epoch !== epoch || entries === undefined || !follows(entries, events, known.seq))
    return undefined;
  return entries.filter(({ applied, failed }) => failed === undefined && !(applied && applied.seq <= events))
    .length;
}
