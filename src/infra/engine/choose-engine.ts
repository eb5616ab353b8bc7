import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { HeycatError } from '../../errors.ts';
import type { Engine, EngineKind } from './engine.ts';
import { findServer } from './sidecar/server-binary.ts';

/**
 * The engine of a data folder. `auto` stays with the engine that has the data, so that a server installed later does
 * not hide it; in a new folder it is the sidecar where a server is found, else the embedded engine.
 * @throws HeycatError INVALID_ARGUMENT for an engine that this version does not have.
 */
export async function chooseEngine(kind: 'auto' | EngineKind, dataDir: string): Promise<Engine> {
  switch (kind === 'auto' ? await suitable(dataDir) : kind) {
    // Each is loaded where it runs: what speaks to a server takes memory, and time to start.
    case 'embedded': {
      const { EmbeddedEngine } = await import('./embedded/embedded-engine.ts');
      return new EmbeddedEngine({ dataDir });
    }
    case 'sidecar': {
      const { SidecarEngine } = await import('./sidecar/sidecar-engine.ts');
      return new SidecarEngine({ dataDir });
    }
    default: {
      const sentence = `The ${kind} engine is not part of this version; use embedded or sidecar.`;
      throw new HeycatError('INVALID_ARGUMENT', sentence, { field: 'engine' });
    }
  }
}

async function suitable(dataDir: string): Promise<'embedded' | 'sidecar'> {
  const has = (kind: EngineKind): Promise<boolean> => exists(join(dataDir, 'engine', kind));
  if ((await has('embedded')) !== (await has('sidecar'))) {
    return (await has('embedded')) ? 'embedded' : 'sidecar';
  }
  return (await hasServer(dataDir)) ? 'sidecar' : 'embedded';
}

/** A server that is named wrongly counts as one: the sidecar says what is wrong with it. */
function hasServer(dataDir: string): Promise<boolean> {
  return findServer(dataDir).then(
    (found) => found !== undefined,
    () => true,
  );
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
