import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HeycatError } from '../../../errors.ts';
import { runProgram } from '../../process/child/run-program.ts';
import { ensurePrivateFolder } from '../../process/files/private-file.ts';
import type { Progress } from '../../process/progress.ts';
import { CargoProgress } from './cargo-progress.ts';
import { installRoot, type SpacetimedbStatus, spacetimedbStatus } from './server-binary.ts';
import { environment } from '../../process/environment.ts';

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
  const { dataDir, env = environment() } = options;
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

async function runCargo(args: string[], { signal, onProgress, env }: InstallOptions): Promise<void> {
  if (signal?.aborted) throw new HeycatError('CANCELLED');
  const progress = new CargoProgress();
  const cargo = runProgram(['cargo', ...args], {
    // Unless forced, Cargo draws its bar, the only place where it says how much there is, for terminals only.
    env: {
      ...(env ?? environment()),
      CARGO_TERM_PROGRESS_WHEN: 'always',
      CARGO_TERM_PROGRESS_WIDTH: '80',
      CARGO_TERM_COLOR: 'never',
    },
    signal,
    // The compilers that it runs end with it.
    group: 'tree',
    endSignal: 'SIGTERM',
    onStderr: (text) => {
      for (const state of progress.feed(text)) onProgress?.(state);
    },
  });
  const { code, error: cause } = await cargo.catch((thrown: unknown) => {
    if (!signal?.aborted) throw thrown;
    throw new HeycatError('CANCELLED', 'The build was ended; the next install goes on from here.');
  });
  if (code === 0) return;
  if (cause === undefined)
    throw new HeycatError('ENGINE_UNAVAILABLE', `cargo could not build the server:\n${progress.complaint}`);
  const why = cause.code === 'ENOENT' ? 'There is no cargo on the PATH.' : 'cargo cannot be run.';
  throw new HeycatError('ENGINE_UNAVAILABLE', `${why} ${CHOICES}`, {}, { cause });
}
