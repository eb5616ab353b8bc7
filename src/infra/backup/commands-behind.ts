import { join } from 'node:path';
import { SnapshotFolder } from '../cache/snapshot-folder.ts';
import { journalName, type LocalEngine } from '../database/current-engine.ts';
import { CommandJournal } from '../journal/command-journal.ts';
import { follows } from '../journal/follows.ts';
import type { JournalEntry } from '../journal/journal-record.ts';
import type { BackupHeader } from './backup-lines.ts';

/** What is known of the history behind a backup. */
export interface Behind {
  /** The entries of the journal; undefined when a part of it cannot be read. */
  entries: readonly JournalEntry[] | undefined;
  /** The last history that was delivered, and how far it went. */
  known: { epoch: string; seq: number } | undefined;
}

/** The same of a data folder that no service runs on. */
export async function foundBehind(dataDir: string, kind: LocalEngine): Promise<Behind> {
  return {
    entries: await CommandJournal.read(join(dataDir, journalName(kind))),
    known: await lastKnown(dataDir),
  };
}

/** No file but the cache says which history the journal belongs to, and how far it went. */
export function lastKnown(dataDir: string): Promise<Behind['known']> {
  return new SnapshotFolder(join(dataDir, 'cache')).manifest().catch(() => undefined);
}

/**
 * How many commands of the journal are carried out behind a backup; undefined when they cannot be: something is missing
 * in between, or nobody knows what the last history was.
 */
export function commandsBehind(
  { entries, known }: Behind,
  { epoch, events }: Pick<BackupHeader, 'epoch' | 'events'>,
): number | undefined {
  if (known?.epoch !== epoch || entries === undefined || !follows(entries, events, known.seq))
    return undefined;
  return entries.filter(({ applied, failed }) => failed === undefined && !(applied && applied.seq <= events))
    .length;
}
