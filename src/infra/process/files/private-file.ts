import { constants } from 'node:fs';
import { access, chmod, lstat, mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { randomUUID } from 'node:crypto';
import { HeycatError } from '../../../errors.ts';
import { syncFolder } from './sync-folder.ts';

/** Writes a file of mode 0600 atomically: a crash leaves either the old content or the new. */
export function writePrivateFile(path: string, content: string | Uint8Array): Promise<void> {
  return writePrivately(path, (file) => file.writeFile(content));
}

/** As {@link writePrivateFile}, with content that `write` produces in pieces; nothing remains if it throws. */
export async function writePrivately(
  path: string,
  write: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await write(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/**
 * Reads a file that only its owner can read; undefined if there is none.
 * @throws HeycatError NOT_AUTHORIZED if it is a symlink, another user's, or open to other users.
 */
export async function readPrivateFile(path: string): Promise<string | undefined> {
  const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)).catch((error: unknown) => {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return undefined;
    if (code !== 'ELOOP') throw error;
    throw new HeycatError('NOT_AUTHORIZED', `${path} is a symbolic link; put the file itself there.`, {
      path,
    });
  });
  if (file === undefined) return undefined;
  try {
    const stats = await file.stat();
    if (process.platform !== 'win32' && (stats.uid !== process.getuid!() || (stats.mode & 0o077) !== 0)) {
      throw new HeycatError(
        'NOT_AUTHORIZED',
        `Other users can read ${path}; if nobody else uses this machine, run \`chmod 600 ${path}\`.`,
        { path },
      );
    }
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

export function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/**
 * Creates the folder, mode 0700, or verifies an existing one: it must be a real folder, ours, and closed to others. Windows
 * has no such modes: there the user profile's access control list protects it.
 * @throws HeycatError NOT_AUTHORIZED with a sentence that says what to do.
 */
export async function ensurePrivateFolder(path: string): Promise<void> {
  const made = await mkdir(path, { recursive: true, mode: 0o700 }).catch((cause: NodeJS.ErrnoException) => {
    throw unreadable(
      path,
      `cannot be created (${cause.code}); remove what is in its place, or choose another.`,
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
 * Verifies an existing folder.
 * @throws HeycatError NOT_AUTHORIZED with a sentence that says what to do; the system's ENOENT.
 */
export async function assertPrivateFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const stats = await lstat(path);
  const refuse = (why: string) => {
    throw new HeycatError('NOT_AUTHORIZED', `${path} ${why}`, { path });
  };
  if (stats.isSymbolicLink()) refuse('is a symbolic link; name the folder it points to.');
  if (stats.uid !== process.getuid!()) refuse('belongs to another user; choose a folder of your own.');
  if ((stats.mode & 0o077) !== 0)
    refuse(`is open to other users; run \`chmod 700 ${path}\`, or choose another.`);
}
