import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { HeycatError } from '../../../errors.ts';
import { dataFolder, defaultDataFolder } from '../../process/paths.ts';
import { SPACETIMEDB_BIN, environment } from '../../process/environment.ts';

const NAME = process.platform === 'win32' ? 'spacetimedb-standalone.exe' : 'spacetimedb-standalone';
const VERSION_MS = 10_000;

type Environment = Readonly<Record<string, string | undefined>>;

export interface ServerBinary {
  path: string;
  /** HEYCAT_SPACETIMEDB_BIN, PATH, or the data folder. */
  source: 'env' | 'path' | 'data';
}

export interface SpacetimedbStatus {
  found: boolean;
  path?: string;
  source?: ServerBinary['source'];
  /** For example `1.2.0`. */
  version?: string;
}

/** Where `heycat spacetimedb install` puts what it builds. */
export function installRoot(dataDir: string): string {
  return join(dataDir, 'engine');
}

/**
 * Looks in HEYCAT_SPACETIMEDB_BIN, then PATH, then the data folders.
 * @throws HeycatError ENGINE_UNAVAILABLE when HEYCAT_SPACETIMEDB_BIN names no program.
 */
export async function findServer(
  dataDir: string = dataFolder(),
  env: Environment = environment(),
): Promise<ServerBinary | undefined> {
  const named = env[SPACETIMEDB_BIN];
  if (named) {
    if (await isProgram(named)) return { path: resolve(named), source: 'env' };
    const sentence = `HEYCAT_SPACETIMEDB_BIN names ${named}, which is no program; correct or unset it.`;
    throw new HeycatError('ENGINE_UNAVAILABLE', sentence, { path: named, reason: 'binary_missing' });
  }
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const onPath = folders.map((folder) => ({ path: resolve(folder, NAME), source: 'path' as const }));
  const installed = [dataDir, defaultDataFolder()].map((folder) => ({
    path: join(installRoot(folder), 'bin', NAME),
    source: 'data' as const,
  }));
  for (const candidate of [...onPath, ...installed]) if (await isProgram(candidate.path)) return candidate;
  return undefined;
}

/** The server that a start would use, and its version. */
export async function spacetimedbStatus(dataDir?: string, env?: Environment): Promise<SpacetimedbStatus> {
  const binary = await findServer(dataDir, env);
  if (binary === undefined) return { found: false };
  return { found: true, ...binary, version: await serverVersion(binary.path) };
}

/**
 * Asks a server for its version.
 * @throws HeycatError ENGINE_UNAVAILABLE when it is not a SpacetimeDB server.
 */
export async function serverVersion(path: string): Promise<string> {
  const output = await promisify(execFile)(path, ['--version'], { timeout: VERSION_MS }).then(
    ({ stdout }) => stdout,
    () => '',
  );
  const version = parseVersion(output);
  if (version !== undefined) return version;
  const sentence = `${path} does not run as a SpacetimeDB server; correct HEYCAT_SPACETIMEDB_BIN or install one.`;
  throw new HeycatError('ENGINE_UNAVAILABLE', sentence, { path, reason: 'binary_missing' });
}

export function parseVersion(output: string): string | undefined {
  return /version (\d+\.\d+\.\d+[\w.+-]*)/.exec(output)?.[1];
}

async function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK)
    .then(() => stat(path))
    .then(
      (stats) => stats.isFile(),
      () => false,
    );
}
