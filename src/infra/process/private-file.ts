import { constants } from 'node:fs';
import { access, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { randomUUID } from 'node:crypto';
import { HeycatError } from '../../errors.ts';

/** Writes a file of mode 0600 so that a crash leaves either the old content or the new, never a part. */
export function writePrivateFile(path: string, content: string | Uint8Array): Promise<void> {
  return writePrivately(path, (file) => file.writeFile(content));
}

/** As {@link writePrivateFile}, with a content that `write` makes piece by piece; nothing is left when it throws. */
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

/** A rename survives a power cut only once its folder is synced; Windows cannot open folders and needs none. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * Text of a file that only its owner can read; undefined when there is none.
 * @throws HeycatError NOT_AUTHORIZED when it is a link, another user's, or open to other users.
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
        `Other users can read ${path}; if nobody else uses this machine run \`chmod 600 ${path}\`.`,
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
