import { constants } from 'node:fs';
import { access, chmod, lstat, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import envPaths from 'env-paths';
import { HeycatError } from '../../errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The platform's application-data folder for heycat, whatever the environment says. */
export function defaultDataFolder(): string {
  return envPaths('heycat', { suffix: '' }).data;
}

/** Absolute path of the data folder; HEYCAT_DATA_DIR moves it. */
export function dataFolder(env: Environment = process.env): string {
  return env['HEYCAT_DATA_DIR'] ? resolve(env['HEYCAT_DATA_DIR']) : defaultDataFolder();
}

/**
 * Absolute path of the folder for the socket and the discovery file; HEYCAT_RUNTIME_DIR moves it.
 * Where the platform has no per-user runtime folder it lies in the default data folder, because a temporary folder's
 * name may differ between a terminal and a desktop session.
 */
export function runtimeFolder(
  env: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  if (env['HEYCAT_RUNTIME_DIR']) return resolve(env['HEYCAT_RUNTIME_DIR']);
  const xdg = env['XDG_RUNTIME_DIR'];
  if (platform === 'linux' && xdg?.startsWith('/')) return join(xdg, 'heycat');
  return join(defaultDataFolder(), 'run');
}

/**
 * Makes the folder, mode 0700, or verifies the one that is there: a real folder, ours, closed to others.
 * Windows has no such modes: there the user profile's access list protects it.
 * @throws HeycatError NOT_AUTHORIZED with a sentence that says what to do.
 */
export async function ensurePrivateFolder(path: string): Promise<void> {
  const made = await mkdir(path, { recursive: true, mode: 0o700 }).catch((cause: NodeJS.ErrnoException) => {
    throw unreadable(
      path,
      `cannot be made (${cause.code}); remove what is in its way, or choose another.`,
      cause,
    );
  });
  if (process.platform === 'win32') return;
  if (made !== undefined) await chmod(path, 0o700);
  await assertPrivateFolder(path);
  await access(path, constants.R_OK | constants.W_OK | constants.X_OK).catch(
    (cause: NodeJS.ErrnoException) => {
      throw unreadable(path, `cannot be read and written (${cause.code}); run \`chmod 700 ${path}\`.`, cause);
    },
  );
}

function unreadable(path: string, why: string, cause: Error): HeycatError {
  return new HeycatError(
    'NOT_AUTHORIZED',
    `${path} ${why}`,
    { path, reason: 'folder_unreadable' },
    { cause },
  );
}

/**
 * Verifies a folder that is there.
 * @throws HeycatError NOT_AUTHORIZED with a sentence that says what to do; ENOENT as it comes.
 */
export async function assertPrivateFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const stats = await lstat(path);
  const refuse = (why: string) => {
    throw new HeycatError('NOT_AUTHORIZED', `${path} ${why}`, { path });
  };
  if (stats.isSymbolicLink()) refuse('is a symbolic link; name the folder it leads to.');
  if (stats.uid !== process.getuid!()) refuse('belongs to another user; choose a folder of your own.');
  if ((stats.mode & 0o077) !== 0)
    refuse(`is open to other users; run \`chmod 700 ${path}\`, or choose another.`);
}
