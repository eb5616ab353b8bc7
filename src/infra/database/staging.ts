import { open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HeycatError } from '../../errors.ts';
import { exists, readPrivateFile, writePrivateFile } from '../process/files/private-file.ts';
import { syncFolder } from '../process/files/sync-folder.ts';
import { engineFolder, LOCAL_ENGINES, markEngine, type LocalEngine } from './current-engine.ts';
import { endOrphan, recordPlace } from './sidecar/server-record.ts';

/** Name of the folder in which an engine is filled; no engine is ever started from it but to fill and compare it. */
export function stagingName(kind: LocalEngine): string {
  return `${kind}.moving`;
}

/** A switch that was decided upon: whatever happens now, it is carried out. */
interface Switch {
  to: LocalEngine;
  /** In this order; names in the data folder. */
  renames: Rename[];
}

type Rename = [from: string, to: string];

/** Names in the data folder. */
export interface SwitchedToo {
  /** Belongs to the data before, and is set aside with it. */
  replaced?: readonly string[];
  /** Goes with the data; what has its new name is set aside. */
  carried?: { from: string; to: string } | undefined;
}

/**
 * Makes the filled engine the folder's own. What stood in its place is set aside: it may be the only copy of something.
 * The decision is written first and all at once; a switch that is cut off after it goes on with the next start.
 * @returns where what was set aside is now.
 */
export async function switchTo(
  dataDir: string,
  to: LocalEngine,
  { replaced = [], carried }: SwitchedToo = {},
): Promise<string[]> {
  await syncTree(engineFolder(dataDir, stagingName(to)));
  const inTheWay = [join('engine', to), ...replaced, ...(carried === undefined ? [] : [carried.to])];
  const aside = await asideNames(dataDir, inTheWay);
  const isThere = carried !== undefined && (await exists(join(dataDir, carried.from)));
  const decided: Switch = { to, renames: isThere ? [...aside, [carried.from, carried.to]] : aside };
  await writePrivateFile(switchPath(dataDir), JSON.stringify(decided));
  await finishSwitch(dataDir);
  return aside.map(([, name]) => join(dataDir, name));
}

/**
 * Carries out a switch that was decided upon, and removes what else a move or a restore that did not end has left, its
 * server included. Only for who holds the data folder's lock.
 */
export async function settleEngines(dataDir: string): Promise<void> {
  await endOrphan(recordPlace(dataDir, stagingName('sidecar')));
  await finishSwitch(dataDir);
  for (const kind of LOCAL_ENGINES)
    await rm(engineFolder(dataDir, stagingName(kind)), { recursive: true, force: true, maxRetries: 3 });
}

/** Each step is skipped when it was done before. */
async function finishSwitch(dataDir: string): Promise<void> {
  const decided = await decidedSwitch(dataDir);
  if (decided === undefined) return;
  const { to, renames } = decided;
  const staging = engineFolder(dataDir, stagingName(to));
  if (await exists(staging)) {
    for (const [from, name] of renames) await renameOnce(join(dataDir, from), join(dataDir, name));
    // Before the engine's: once the filled folder is gone, none of these is done again.
    const folders = new Set(renames.map(([, name]) => dirname(join(dataDir, name))));
    for (const folder of folders) await syncFolder(folder);
    await rename(staging, engineFolder(dataDir, to));
    await syncFolder(join(dataDir, 'engine'));
  }
  await markEngine(dataDir, to);
  await rm(switchPath(dataDir));
  await syncFolder(join(dataDir, 'engine'));
}

async function renameOnce(from: string, to: string): Promise<void> {
  if (!(await exists(to))) await rename(from, to);
}

async function decidedSwitch(dataDir: string): Promise<Switch | undefined> {
  const path = switchPath(dataDir);
  const text = await readPrivateFile(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Switch;
  } catch {
    const sentence = `${path} is damaged; delete it, and see which folders of engine/ have your data.`;
    throw new HeycatError('ENGINE_UNAVAILABLE', sentence, { path });
  }
}

/** Those of the names that exist, each with a free one under the same number. */
async function asideNames(dataDir: string, names: readonly string[]): Promise<Rename[]> {
  const found: string[] = [];
  for (const name of names) if (await exists(join(dataDir, name))) found.push(name);
  for (let number = 1; ; number++) {
    const aside = found.map((name): Rename => [name, `${name}.old-${number}`]);
    const taken = await Promise.all(aside.map(([, name]) => exists(join(dataDir, name))));
    if (!taken.includes(true)) return aside;
  }
}

/** What the engine has written may still be in memory only, whatever it promised. */
async function syncTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await syncTree(path);
    else if (entry.isFile()) await syncFile(path);
  }
  await syncFolder(folder);
}

async function syncFile(path: string): Promise<void> {
  // Windows syncs only what is open for writing.
  const file = await open(path, process.platform === 'win32' ? 'r+' : 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function switchPath(dataDir: string): string {
  return engineFolder(dataDir, 'switch.json');
}
