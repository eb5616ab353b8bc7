import { BUILT_VERSION, installSpacetimedb } from '../infra/database/sidecar/install.ts';
import {
  installRoot,
  spacetimedbStatus,
  type SpacetimedbStatus,
} from '../infra/database/sidecar/server-binary.ts';
import { dataFolder } from '../infra/process/paths.ts';
import type { GlobalOptions } from './connect.ts';
import { Interrupt } from './interrupt.ts';
import { ProgressView } from './progress.ts';
import { answer, answerJson, endWithReader, note } from './terminal.ts';

const SOURCES = { env: 'named by HEYCAT_SPACETIMEDB_BIN', path: 'on PATH', data: 'installed by heycat' };

/** `heycat spacetimedb install` */
export async function install({ json, dataDir = dataFolder() }: GlobalOptions): Promise<void> {
  using interrupt = new Interrupt();
  print(await findOrBuild(dataDir, interrupt.signal), json);
}

/** `heycat spacetimedb status` @returns false when there is no server. */
export async function serverStatus({ json, dataDir = dataFolder() }: GlobalOptions): Promise<boolean> {
  endWithReader();
  const status = await spacetimedbStatus(dataDir);
  print(status, json);
  return status.found;
}

/**
 * Finds the installed server or builds one; reports its progress on stderr.
 * @throws HeycatError ENGINE_UNAVAILABLE, CANCELLED.
 */
export async function findOrBuild(dataDir: string, signal: AbortSignal): Promise<SpacetimedbStatus> {
  const present = await spacetimedbStatus(dataDir);
  if (present.found) return present;
  note(
    `No SpacetimeDB server was found. Building version ${BUILT_VERSION} with cargo into ${installRoot(dataDir)}, ` +
      'once; it takes about a quarter of an hour. Ctrl-C cancels it; what has been built so far is kept.',
  );
  const view = new ProgressView();
  try {
    return await installSpacetimedb({ dataDir, onProgress: view.show, signal });
  } finally {
    view.end();
  }
}

/** For example `SpacetimeDB 1.2.0, /usr/bin/spacetimedb-standalone (on PATH)`. */
export function describeServer({ version, path, source }: SpacetimedbStatus): string {
  return `SpacetimeDB ${version}, ${path} (${SOURCES[source!]})`;
}

function print(status: SpacetimedbStatus, json: boolean | undefined): void {
  if (json) answerJson(status);
  else if (status.found) answer(describeServer(status));
  else answer('No SpacetimeDB server was found; run `heycat spacetimedb install`.');
}
