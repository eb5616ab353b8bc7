import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HeycatError } from '../../../errors.ts';
import { ensurePrivateFolder } from '../../process/paths.ts';
import type { Progress } from '../../process/progress.ts';
import { CargoProgress } from './cargo-progress.ts';
import { installRoot, type SpacetimedbStatus, spacetimedbStatus } from './server-binary.ts';

/** The newest version that cargo can build without downloading anything but source code. */
export const BUILT_VERSION = '1.2.0';

const CHOICES =
  'Either install Rust (https://rustup.rs) and run `heycat spacetimedb install` again, or download a SpacetimeDB ' +
  'release (2.x is recommended) and set HEYCAT_SPACETIMEDB_BIN to its spacetimedb-standalone.';

export interface InstallOptions {
  /** The service's data folder; the server goes into `engine/bin` there. */
  dataDir: string;
  onProgress?: (progress: Progress) => void;
  /** Ends the build; what is built so far is kept, and the next install goes on from there. */
  signal?: AbortSignal;
  env?: Readonly<Record<string, string | undefined>>;
}

/**
 * Finds a server, or builds one with cargo, which takes some minutes.
 * @throws HeycatError ENGINE_UNAVAILABLE when cargo is missing or fails, CANCELLED when the signal ended it.
 */
export async function installSpacetimedb(options: InstallOptions): Promise<SpacetimedbStatus> {
  const { dataDir, env = process.env } = options;
  const present = await spacetimedbStatus(dataDir, env);
  if (present.found) return present;
  const root = installRoot(dataDir);
  const build = join(root, 'build');
  await ensurePrivateFolder(dataDir);
  await ensurePrivateFolder(root);
  await runCargo(cargoArguments(root, build), options);
  await rm(build, { recursive: true, force: true });
  const built = await spacetimedbStatus(dataDir, env);
  if (built.found) return built;
  throw new HeycatError('ENGINE_UNAVAILABLE', `cargo ended well, but ${root} holds no server. ${CHOICES}`);
}

function cargoArguments(root: string, build: string): string[] {
  const crate = ['spacetimedb-standalone', '--version', BUILT_VERSION, '--locked'];
  return ['install', ...crate, '--root', root, '--target-dir', build];
}

async function runCargo(args: string[], options: InstallOptions): Promise<void> {
  const { signal, onProgress, env = process.env } = options;
  if (signal?.aborted) throw new HeycatError('CANCELLED');
  const cargo = spawn('cargo', args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    // Cargo draws its bar, the only place where it says how much there is, for terminals only unless told so.
    env: {
      ...env,
      CARGO_TERM_PROGRESS_WHEN: 'always',
      CARGO_TERM_PROGRESS_WIDTH: '80',
      CARGO_TERM_COLOR: 'never',
    },
    // A group of its own, so that the compilers cargo runs can be ended with it.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  const end = () => endGroup(cargo);
  signal?.addEventListener('abort', end, { once: true });
  process.once('exit', end);
  const progress = new CargoProgress();
  cargo.stderr.setEncoding('utf8').on('data', (text: string) => {
    for (const state of progress.feed(text)) onProgress?.(state);
  });
  try {
    const code = await outcome(cargo);
    if (signal?.aborted)
      throw new HeycatError('CANCELLED', 'The build was ended; the next install goes on from here.');
    if (code === 0) return;
    throw new HeycatError('ENGINE_UNAVAILABLE', `cargo could not build the server:\n${progress.complaint}`);
  } finally {
    signal?.removeEventListener('abort', end);
    process.off('exit', end);
  }
}

/** Exit code, null when a signal ended it. */
async function outcome(cargo: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    cargo.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'ENOENT' ? 'There is no cargo on the PATH.' : 'cargo cannot be run.';
      reject(new HeycatError('ENGINE_UNAVAILABLE', `${why} ${CHOICES}`, {}, { cause }));
    });
    cargo.once('close', resolve);
  });
}

function endGroup(cargo: ChildProcess): void {
  if (cargo.pid === undefined) return;
  if (process.platform === 'win32') {
    execFile('taskkill', ['/T', '/F', '/PID', String(cargo.pid)], () => undefined);
    return;
  }
  try {
    process.kill(-cargo.pid, 'SIGTERM');
  } catch {
    // It has ended by itself.
  }
}
