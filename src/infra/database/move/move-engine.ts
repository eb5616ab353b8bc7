import { join } from 'node:path';
import { HeycatError } from '../../../errors.ts';
import { InstanceLock } from '../../process/files/instance-lock.ts';
import { assertPrivateFolder } from '../../process/files/private-file.ts';
import { openEngine, suitableEngine } from '../choose-engine.ts';
import { engineFolder, journalName, markEngine, usedEngines, type LocalEngine } from '../current-engine.ts';
import type { Engine, EngineEndpoint } from '../engine.ts';
import { EngineIdentity } from '../identity/engine-identity.ts';
import { Importer } from '../history/importer.ts';
import { Inventory, type TableCount } from '../history/inventory.ts';
import { assertOnlyOwnMembers } from './only-own-members.ts';
import { settleEngines, stagingName, switchTo } from '../staging.ts';
import { readAll, readHead } from '../history/user-rows.ts';

export interface MoveProgress {
  step: 'carried' | 'verified';
  /** Events so far, and in all. */
  done: number;
  total: number;
}

export interface Move {
  dataDir: string;
  to: LocalEngine;
  /** Ends the move before it switches; what it has written is removed. */
  signal?: AbortSignal;
  onProgress?: (progress: MoveProgress) => void;
  /** Makes an engine in a folder of `engine/`; the real ones when absent. */
  open?: typeof openEngine;
}

export interface Moved {
  /** False when the data was there already. */
  moved: boolean;
  from: LocalEngine;
  to: LocalEngine;
  /** By table; empty when nothing was moved. */
  tables: Record<string, TableCount>;
  /** Folders with the data as it was; nobody needs them any more. */
  kept: string[];
}

/**
 * Carries the user's history to the other engine of the data folder: into a folder beside, compared with the
 * original after it was closed and opened again, and only then made the one that is used.
 * @throws HeycatError BUSY while a service runs, NOT_FOUND when there is nothing to move, CONFLICT when the database has
 * other people's data, ENGINE_UNAVAILABLE, CANCELLED; the data is then where it was.
 */
export async function moveEngine(move: Move): Promise<Moved> {
  await assertPrivateFolder(move.dataDir).catch((thrown: unknown) => {
    throw (thrown as NodeJS.ErrnoException).code === 'ENOENT' ? nothingToMove(move.dataDir) : thrown;
  });
  const lock = await InstanceLock.take(move.dataDir);
  try {
    await settleEngines(move.dataDir);
    const from = await suitableEngine(move.dataDir);
    if ((await usedEngines(move.dataDir)).length === 0) throw nothingToMove(move.dataDir);
    if (from === move.to) return { moved: false, from, to: move.to, tables: {}, kept: [] };
    return await carry(move, from);
  } finally {
    await lock.release();
  }
}

async function carry(move: Move, from: LocalEngine): Promise<Moved> {
  const { dataDir, to, open = openEngine } = move;
  const source = await open(from, { dataDir });
  const target = await open(to, { dataDir, folder: stagingName(to) });
  try {
    const original = await copy(move, source, target);
    await source.stop();
    // Compared as the next start will find it.
    await target.stop();
    await verify(move, original, await target.start());
    await target.stop();
    move.signal?.throwIfAborted();
    // What waits there follows in the other engine, and so does what this one may have lost at its last end.
    const carried = { from: journalName(from), to: journalName(to) };
    const kept = [engineFolder(dataDir, from), ...(await switchTo(dataDir, to, { carried }))];
    return { moved: true, from, to, tables: original.tables, kept };
  } finally {
    await Promise.all([source.stop(), target.stop()]);
    await settleEngines(dataDir);
  }
}

/** @returns what was read, and so should be there now. */
async function copy(move: Move, source: Engine, target: Engine): Promise<Inventory> {
  const original = await source.start();
  const identity = await EngineIdentity.load(join(move.dataDir, 'keys'));
  await assertOnlyOwnMembers(original, identity.identity('deployer'));
  // From here on two folders exist.
  await markEngine(move.dataDir, source.status.kind as LocalEngine);
  using importer = await Importer.open(await target.start());
  // Awaited here: the importer ends with this block.
  return await take(move, original, { step: 'carried', each: (page) => importer.take(page) });
}

async function verify(move: Move, original: Inventory, target: EngineEndpoint): Promise<void> {
  const differences = original.differences(await take(move, target, { step: 'verified' }));
  if (differences.length === 0) return;
  const sentence = `The copy differs from the original in ${differences.join(', ')}; the data stays where it was.`;
  throw new HeycatError('INTERNAL', sentence, { tables: differences });
}

async function take(
  { signal, onProgress }: Move,
  endpoint: EngineEndpoint,
  pass: { step: MoveProgress['step']; each?: Importer['take'] },
): Promise<Inventory> {
  const inventory = new Inventory();
  const { nextSeq } = (await readHead(endpoint)).value;
  let done = 0;
  for await (const page of readAll(endpoint)) {
    signal?.throwIfAborted();
    inventory.add(page);
    await pass.each?.(page);
    if (page.table === 'event_log')
      onProgress?.({ step: pass.step, done: (done += page.rows.length), total: Number(nextSeq) - 1 });
  }
  return inventory;
}

function nothingToMove(dataDir: string): HeycatError {
  const sentence = `There is no data in ${dataDir} yet; \`heycat start --engine\` chooses the engine of a new folder.`;
  return new HeycatError('NOT_FOUND', sentence, { data_dir: dataDir });
}
