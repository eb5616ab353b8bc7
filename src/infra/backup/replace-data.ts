import { join } from 'node:path';
import { HeycatError } from '../../errors.ts';
import { openEngine } from '../database/choose-engine.ts';
import { engineFolder, usedEngines, type LocalEngine } from '../database/current-engine.ts';
import type { EngineEndpoint } from '../database/engine.ts';
import { Importer } from '../database/history/importer.ts';
import { Inventory } from '../database/history/inventory.ts';
import { readHead, readHistory } from '../database/history/user-rows.ts';
import { EngineIdentity } from '../database/identity/engine-identity.ts';
import { settleEngines, stagingName, switchTo, type SwitchedToo } from '../database/staging.ts';
import { exists } from '../process/files/private-file.ts';
import type { BackupFile } from './backup-file.ts';
import { linesOf } from './backup-lines.ts';

export interface RestoreProgress {
  step: 'restored' | 'verified';
  /** Events so far, and in all. */
  done: number;
  total: number;
}

export interface Replacement {
  dataDir: string;
  /** The engine that gets the data. */
  kind: LocalEngine;
  /** Ends it before it switches; what was written is removed. */
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: RestoreProgress) => void) | undefined;
  /** Makes an engine in a folder of `engine/`; the real ones when absent. */
  open?: typeof openEngine | undefined;
  /** Asked last of all: what changes its name with the engine. May still refuse. */
  switchedToo(): Promise<SwitchedToo>;
}

/**
 * Makes a backup the data of a folder whose lock is held: fills an engine beside, compares it with the file after it was
 * closed and opened again, and only then switches. The previous engine must not run, and may be damaged.
 * @returns the new epoch, and the folders with what was replaced.
 * @throws HeycatError NOT_AUTHORIZED when the backup is of other keys, ENGINE_UNAVAILABLE, CANCELLED, and what
 * `switchedToo` throws; the data is then as it was.
 */
export async function replaceData(
  replacement: Replacement,
  backup: BackupFile,
): Promise<{ epoch: string; kept: string[] }> {
  const { dataDir, kind, signal, open = openEngine } = replacement;
  await assertOwn(dataDir, backup);
  const target = await open(kind, { dataDir, folder: stagingName(kind) });
  try {
    await fill(replacement, backup, await target.start());
    // Compared as the next start will find it.
    await target.stop();
    const endpoint = await target.start();
    const { epoch } = (await readHead(endpoint)).value;
    await verify(replacement, backup, endpoint);
    await target.stop();
    signal?.throwIfAborted();
    const other = (await usedEngines(dataDir)).filter((each) => each !== kind);
    const aside = await switchTo(dataDir, kind, await replacement.switchedToo());
    return { epoch, kept: [...aside, ...other.map((each) => engineFolder(dataDir, each))] };
  } finally {
    await target.stop();
    await settleEngines(dataDir);
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

async function fill(replacement: Replacement, backup: BackupFile, endpoint: EngineEndpoint): Promise<void> {
  using importer = await Importer.open(endpoint);
  const report = reporter(replacement, backup, 'restored');
  for await (const page of backup.pages()) {
    replacement.signal?.throwIfAborted();
    await importer.take(page);
    report(page);
  }
}

async function verify(replacement: Replacement, backup: BackupFile, endpoint: EngineEndpoint): Promise<void> {
  const found = new Inventory();
  const report = reporter(replacement, backup, 'verified');
  for await (const page of readHistory(endpoint)) {
    replacement.signal?.throwIfAborted();
    found.add({
      table: page.table,
      rows: linesOf(page).map((line) => ({ value: {}, bytes: Buffer.from(line) })),
    });
    report(page);
  }
  const differences = backup.inventory.differences(found);
  if (differences.length === 0) return;
  const sentence = `What was restored differs from the backup in ${differences.join(', ')}; the data is as it was.`;
  throw new HeycatError('INTERNAL', sentence, { tables: differences });
}

function reporter({ onProgress }: Replacement, { header }: BackupFile, step: RestoreProgress['step']) {
  let done = 0;
  return ({ table, rows }: { table: string; rows: readonly unknown[] }): void => {
    if (table === 'event_log') onProgress?.({ step, done: (done += rows.length), total: header.events });
  };
}

export function noKeys(dataDir: string): HeycatError {
  const sentence =
    `There are no keys in ${join(dataDir, 'keys')}, and only the identity that made a backup can restore it; put the ` +
    'keys/ folder there that was beside the data when the backup was made.';
  return new HeycatError('NOT_AUTHORIZED', sentence, { data_dir: dataDir });
}
