import { readdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '../../private-file.ts';
import { engineFolder, exists, LOCAL_ENGINES, markEngine, type LocalEngine } from '../current-engine.ts';
import { endOrphan, recordPlace } from '../sidecar/server-record.ts';

/** Name of the folder in which an engine is filled; no engine is ever started from it but by a move. */
export function stagingName(kind: LocalEngine): string {
  return `${kind}.moving`;
}

/** Removes what a move that did not end has left, its server included. Only for who holds the data folder's lock. */
export async function clearInterruptedMove(dataDir: string): Promise<void> {
  await endOrphan(recordPlace(dataDir, stagingName('sidecar')));
  for (const kind of LOCAL_ENGINES)
    await rm(engineFolder(dataDir, stagingName(kind)), { recursive: true, force: true, maxRetries: 3 });
}

/**
 * Makes the filled engine the folder's own. The marker is the last thing to be written and the one that decides:
 * until then everything else may be half done.
 * @returns where the folder that stood in its place is now, if there was one.
 */
export async function switchTo(dataDir: string, kind: LocalEngine): Promise<string | undefined> {
  const [staging, folder] = [engineFolder(dataDir, stagingName(kind)), engineFolder(dataDir, kind)];
  await syncTree(staging);
  const aside = await setAside(folder);
  await rename(staging, folder);
  await syncFolder(join(dataDir, 'engine'));
  await markEngine(dataDir, kind);
  return aside;
}

/** An engine that the data was moved away from once: it may be the only copy of something, so it is kept. */
async function setAside(folder: string): Promise<string | undefined> {
  if (!(await exists(folder))) return undefined;
  for (let number = 1; ; number++) {
    const aside = `${folder}.old-${number}`;
    if (await exists(aside)) continue;
    await rename(folder, aside);
    return aside;
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
