import { join } from 'node:path';
import { HeycatError } from '../../errors.ts';
import { openEngine, suitableEngine } from '../engine/choose-engine.ts';
import {
  engineFolder,
  engineWithData,
  journalName,
  usedEngines,
  type LocalEngine,
} from '../engine/current-engine.ts';
import type { EngineEndpoint } from '../engine/engine.ts';
import { Importer } from '../engine/history/importer.ts';
import { Inventory } from '../engine/history/inventory.ts';
import { readHead, readHistory } from '../engine/history/user-rows.ts';
import { EngineIdentity } from '../engine/identity/engine-identity.ts';
import { endOrphan, recordPlace } from '../engine/sidecar/server-record.ts';
import { settleEngines, stagingName, switchTo, type SwitchedToo } from '../engine/staging.ts';
import { InstanceLock } from '../instance-lock.ts';
import { assertPrivateFolder } from '../paths.ts';
import { exists } from '../private-file.ts';
import { BackupFile } from './backup-file.ts';
import { linesOf } from './backup-lines.ts';
import { commandsBehind } from './commands-behind.ts';
import { openNewest } from './newest-backup.ts';

export interface RestoreProgress {
  step: 'restored' | 'verified';
  /** Events so far, and in all. */
  done: number;
  total: number;
}

export interface Restore {
  dataDir: string;
  /**
   * Path of a backup: the data is as it was then. When absent as much as there is comes back: the newest whole backup of
   * the folder, and behind it the commands of the journal, unless something is missing in between.
   */
  file?: string | undefined;
  /** The engine that gets the data; the one that has it now when absent. */
  engine?: LocalEngine | undefined;
  /** Ends the restore before it switches; what it has written is removed. */
  signal?: AbortSignal;
  onProgress?(progress: RestoreProgress): void;
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
  /** The new one: clients are told of a gap. */
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
 * again, and only then switches. The engine of before is not started, so that it may be damaged.
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
    await assertOwn(dataDir, backup);
    return { file: chosen.file, skipped: chosen.skipped, ...(await replace(restore, backup)) };
  } finally {
    await lock.release();
  }
}

async function assertOwn(dataDir: string, { header }: BackupFile): Promise<void> {
  // Keys that were made now would be those of nobody's data.
  if (!(await exists(join(dataDir, 'keys')))) throw noKeys(dataDir);
  const keys = await EngineIdentity.load(join(dataDir, 'keys'));
  if (keys.identity('user') === header.identity) return;
  const sentence =
    `The backup belongs to the identity ${header.identity}, and the keys in ${join(dataDir, 'keys')} are those of ` +
    'another one; put the keys/ folder there that was beside the data when the backup was made.';
  throw new HeycatError('NOT_AUTHORIZED', sentence, { identity: header.identity });
}

async function replace(restore: Restore, backup: BackupFile): Promise<Omit<Restored, 'file' | 'skipped'>> {
  const { dataDir, signal, open = openEngine } = restore;
  const kind = restore.engine ?? (await suitableEngine(dataDir));
  const target = await open(kind, { dataDir, folder: stagingName(kind) });
  try {
    await fill(restore, backup, await target.start());
    // Compared as the next start will find it.
    await target.stop();
    const endpoint = await target.start();
    const { epoch } = (await readHead(endpoint)).value;
    await verify(restore, backup, endpoint);
    await target.stop();
    signal?.throwIfAborted();
    const other = (await usedEngines(dataDir)).filter((each) => each !== kind);
    const { queued, too } = await switchedToo(restore, kind, backup);
    const aside = await switchTo(dataDir, kind, too);
    const { made_at, events } = backup.header;
    const receipts = backup.inventory.tables['command_receipts']?.rows ?? 0;
    const kept = [...aside, ...other.map((each) => engineFolder(dataDir, each))];
    return { engine: kind, made_at, epoch, events, receipts, queued, kept };
  } finally {
    await target.stop();
    await settleEngines(dataDir);
  }
}

/** The cache is that of another epoch; what waits in the journal may have been decided upon rows that are gone. */
async function switchedToo(
  { dataDir, file }: Restore,
  kind: LocalEngine,
  { header }: BackupFile,
): Promise<{ queued: number; too: SwitchedToo }> {
  // A marker that cannot be followed names no journal.
  const before = (await engineWithData(dataDir).catch(() => undefined)) ?? kind;
  const behind = file === undefined ? await commandsBehind(dataDir, before, header) : undefined;
  if (behind === undefined) return { queued: 0, too: { replaced: ['journal', 'cache'] } };
  const carried = before === kind ? undefined : { from: journalName(before), to: journalName(kind) };
  return { queued: behind, too: { replaced: ['cache'], carried } };
}

async function fill(restore: Restore, backup: BackupFile, endpoint: EngineEndpoint): Promise<void> {
  using importer = await Importer.open(endpoint);
  const tell = teller(restore, backup, 'restored');
  for await (const page of backup.pages()) {
    restore.signal?.throwIfAborted();
    await importer.take(page);
    tell(page);
  }
}

async function verify(restore: Restore, backup: BackupFile, endpoint: EngineEndpoint): Promise<void> {
  const found = new Inventory();
  const tell = teller(restore, backup, 'verified');
  for await (const page of readHistory(endpoint)) {
    restore.signal?.throwIfAborted();
    found.add({
      table: page.table,
      rows: linesOf(page).map((line) => ({ value: {}, bytes: Buffer.from(line) })),
    });
    tell(page);
  }
  const differences = backup.inventory.differences(found);
  if (differences.length === 0) return;
  const sentence = `What was restored differs from the backup in ${differences.join(', ')}; the data is as it was.`;
  throw new HeycatError('INTERNAL', sentence, { tables: differences });
}

function teller({ onProgress }: Restore, { header }: BackupFile, step: RestoreProgress['step']) {
  let done = 0;
  return ({ table, rows }: { table: string; rows: readonly unknown[] }): void => {
    if (table === 'event_log') onProgress?.({ step, done: (done += rows.length), total: header.events });
  };
}

function noKeys(dataDir: string): HeycatError {
  const sentence =
    `There are no keys in ${join(dataDir, 'keys')}, and only the identity that made a backup can restore it; put the ` +
    'keys/ folder there that was beside the data when the backup was made.';
  return new HeycatError('NOT_AUTHORIZED', sentence, { data_dir: dataDir });
}
