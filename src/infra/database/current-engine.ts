import { join } from 'node:path';
import { HeycatError } from '../../errors.ts';
import { exists, readPrivateFile, writePrivateFile } from '../process/files/private-file.ts';
import type { EngineKind } from './engine.ts';

/** The engines that keep their data in the data folder. */
export const LOCAL_ENGINES = ['embedded', 'sidecar'] as const;
export type LocalEngine = (typeof LOCAL_ENGINES)[number];

/** Where an engine of the data folder keeps everything of its own. */
export function engineFolder(dataDir: string, name: string): string {
  return join(dataDir, 'engine', name);
}

/** Name in the data folder of the journal of an engine's commands. */
export function journalName(kind: EngineKind): string {
  return join('journal', kind);
}

/**
 * The engine that has the data of the folder: the marked one, else the only one that was used; undefined in a new
 * folder and in one that both have used.
 * @throws HeycatError as {@link markedEngine}.
 */
export async function engineWithData(dataDir: string): Promise<LocalEngine | undefined> {
  const marked = await markedEngine(dataDir);
  if (marked !== undefined) return marked;
  const used = await usedEngines(dataDir);
  return used.length === 1 ? used[0] : undefined;
}

/** The engines that have a folder here. */
export async function usedEngines(dataDir: string): Promise<LocalEngine[]> {
  const found = await Promise.all(LOCAL_ENGINES.map((kind) => exists(engineFolder(dataDir, kind))));
  return LOCAL_ENGINES.filter((_, index) => found[index]);
}

/**
 * What a move has written down; undefined before the first one.
 * @throws HeycatError ENGINE_UNAVAILABLE when it names no engine, or one whose data is missing.
 */
export async function markedEngine(dataDir: string): Promise<LocalEngine | undefined> {
  const path = markerPath(dataDir);
  const text = await readPrivateFile(path);
  if (text === undefined) return undefined;
  const kind = LOCAL_ENGINES.find((each) => each === text.trim());
  if (kind === undefined) {
    const sentence = `${path} names no engine; write ${LOCAL_ENGINES.join(' or ')} into it, whichever has your data.`;
    throw new HeycatError('ENGINE_UNAVAILABLE', sentence, { path });
  }
  const folder = engineFolder(dataDir, kind);
  if (await exists(folder)) return kind;
  const sentence = `Your data should be in ${folder}, which is missing; put it back, or delete ${path} to go on without it.`;
  throw new HeycatError('ENGINE_UNAVAILABLE', sentence, { path: folder });
}

/** Says durably which engine has the data; until the write is over it is the previous one. */
export async function markEngine(dataDir: string, kind: LocalEngine): Promise<void> {
  await writePrivateFile(markerPath(dataDir), `${kind}\n`);
}

function markerPath(dataDir: string): string {
  return engineFolder(dataDir, 'current');
}
