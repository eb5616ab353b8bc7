import { openEngine, suitableEngine } from '../database/choose-engine.ts';
import { engineWithData, journalName, type LocalEngine } from '../database/current-engine.ts';
import { endOrphan, recordPlace } from '../database/sidecar/server-record.ts';
import { settleEngines, type SwitchedToo } from '../database/staging.ts';
import { InstanceLock } from '../process/files/instance-lock.ts';
import { assertPrivateFolder } from '../process/files/private-file.ts';
import { BackupFile } from './backup-file.ts';
import { commandsBehind, foundBehind } from './commands-behind.ts';
import { openNewest } from './newest-backup.ts';
import { noKeys, replaceData, type RestoreProgress } from './replace-data.ts';

export interface Restore {
  dataDir: string;
  /**
   * Path of a backup: the data is as it was then. When absent as much as there is comes back: the newest intact backup
   * of the folder, and after it the commands of the journal, unless something is missing in between.
   */
  file?: string | undefined;
  /** The engine that gets the data; the one that has it now when absent. */
  engine?: LocalEngine | undefined;
  /** Ends the restore before it switches; what it has written is removed. */
  signal?: AbortSignal;
  onProgress?: (progress: RestoreProgress) => void;
  /** Makes an engine in a folder of `engine/`; the real ones when absent. */
  open?: typeof openEngine;
}

export interface Restored {
  /** The backup. */
  file: string;
  /** Newer backups, which are damaged. */
  skipped: string[];
  engine: LocalEngine;
  /** ISO 8601. */
  made_at: string;
  /** The new one: clients are notified of a gap. */
  epoch: string;
  events: number;
  receipts: number;
  /** Commands of the journal that the next start carries out behind it. */
  queued: number;
  /** Folders with what was replaced; nobody reads them any more. */
  kept: string[];
}

/**
 * Makes a backup the data of the folder: fills an engine beside, compares it with the file after it was closed and opened
 * again, and only then switches. The previous engine is not started, so that it may be damaged.
 * @throws HeycatError BUSY while a service runs, as {@link BackupFile.open} and {@link openNewest}, NOT_AUTHORIZED when the backup is of other
 * keys, ENGINE_UNAVAILABLE, CANCELLED; the data is then as it was.
 */
export async function restoreBackup(restore: Restore): Promise<Restored> {
  const { dataDir, file } = restore;
  await assertPrivateFolder(dataDir).catch((thrown: unknown) => {
    throw (thrown as NodeJS.ErrnoException).code === 'ENOENT' ? noKeys(dataDir) : thrown;
  });
  const lock = await InstanceLock.take(dataDir);
  try {
    await settleEngines(dataDir);
    // Its folder is about to get another name.
    await endOrphan(recordPlace(dataDir));
    const chosen =
      file === undefined
        ? await openNewest(dataDir)
        : { backup: await BackupFile.open(file), file, skipped: [] };
    await using backup = chosen.backup;
    return { file: chosen.file, skipped: chosen.skipped, ...(await replace(restore, backup)) };
  } finally {
    await lock.release();
  }
}

async function replace(restore: Restore, backup: BackupFile): Promise<Omit<Restored, 'file' | 'skipped'>> {
  const { dataDir, signal, open, onProgress } = restore;
  const kind = restore.engine ?? (await suitableEngine(dataDir));
  let queued = 0;
  const switchedToo = async (): Promise<SwitchedToo> => {
    const decided = await decide(restore, kind, backup);
    queued = decided.queued;
    return decided.too;
  };
  const replacement = { dataDir, kind, signal, open, onProgress, switchedToo };
  const { epoch, kept } = await replaceData(replacement, backup);
  const { made_at, events } = backup.header;
  const receipts = backup.inventory.tables['command_receipts']?.rows ?? 0;
  return { engine: kind, made_at, epoch, events, receipts, queued, kept };
}

/** The cache is that of another epoch; what waits in the journal may have been decided upon rows that are gone. */
async function decide(
  { dataDir, file }: Restore,
  kind: LocalEngine,
  { header }: BackupFile,
): Promise<{ queued: number; too: SwitchedToo }> {
  // A marker that cannot be followed names no journal.
  const before = (await engineWithData(dataDir).catch(() => undefined)) ?? kind;
  const behind = file === undefined ? commandsBehind(await foundBehind(dataDir, before), header) : undefined;
  if (behind === undefined) return { queued: 0, too: { replaced: ['journal', 'cache'] } };
  const carried = before === kind ? undefined : { from: journalName(before), to: journalName(kind) };
  return { queued: behind, too: { replaced: ['cache'], carried } };
}
