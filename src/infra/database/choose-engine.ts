import { HeycatError } from '../../errors.ts';
import { engineWithData, LOCAL_ENGINES, markedEngine, type LocalEngine } from './current-engine.ts';
import type { Engine, EngineKind } from './engine.ts';
import { findServer } from './sidecar/server-binary.ts';

/**
 * The engine of a data folder. `auto` stays with the engine that has the data, so that a server installed later does
 * not hide it; in a new folder it is the sidecar where a server is found, else the embedded engine. One that
 * is given is taken as it is.
 * @throws HeycatError INVALID_ARGUMENT for an engine that this version does not have, or that the data was moved away
 * from; ENGINE_UNAVAILABLE when the folder's marker cannot be followed.
 */
export async function chooseEngine(kind: 'auto' | EngineKind | Engine, dataDir: string): Promise<Engine> {
  if (typeof kind === 'object') return kind;
  if (kind === 'auto') return openEngine(await suitableEngine(dataDir), { dataDir });
  const local = LOCAL_ENGINES.find((each) => each === kind);
  if (local === undefined) {
    const sentence = `The ${kind} engine is not part of this version; use embedded or sidecar.`;
    throw new HeycatError('INVALID_ARGUMENT', sentence, { field: 'engine' });
  }
  const marked = await markedEngine(dataDir);
  if (marked !== undefined && marked !== local) {
    const sentence = `The data of ${dataDir} is in the ${marked} engine; \`heycat engine move --to ${local}\` carries it over.`;
    throw new HeycatError('INVALID_ARGUMENT', sentence, { field: 'engine' });
  }
  return openEngine(local, { dataDir });
}

/** The engine that `auto` stands for in this folder. */
export async function suitableEngine(dataDir: string): Promise<LocalEngine> {
  return (await engineWithData(dataDir)) ?? ((await hasServer(dataDir)) ? 'sidecar' : 'embedded');
}

/** @param place.folder name of the engine's own folder in `engine/`; that of its kind when absent. */
export async function openEngine(
  kind: LocalEngine,
  place: { dataDir: string; folder?: string },
): Promise<Engine> {
  // Each is loaded where it runs: what speaks to a server takes memory, and time to start.
  if (kind === 'embedded') {
    const { EmbeddedEngine } = await import('./embedded-engine.ts');
    return new EmbeddedEngine(place);
  }
  const { SidecarEngine } = await import('./sidecar/sidecar-engine.ts');
  return new SidecarEngine(place);
}

/** A server that is named wrongly counts as one: the sidecar says what is wrong with it. */
function hasServer(dataDir: string): Promise<boolean> {
  return findServer(dataDir).then(
    (found) => found !== undefined,
    () => true,
  );
}
