import { createHash, randomBytes } from 'node:crypto';
import { lstat, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { HeycatError } from '../../../errors.ts';

/** Longest socket path in bytes; a longer one is cut off silently by Node, and the file appears elsewhere. */
const MAX_PATH_BYTES: Partial<Record<NodeJS.Platform, number>> = { darwin: 103 };
const MAX_PATH_BYTES_ELSEWHERE = 107;
const DIAL_MS = 1_000;

export interface SocketPlace {
  /** Path of a Unix socket, or name of a Windows pipe. */
  path: string;
  /** The private folder the socket lies in, where it is not the runtime folder itself. */
  folder?: string;
}

export function isSocketPath(path: string, platform: NodeJS.Platform = process.platform): boolean {
  return Buffer.byteLength(path) <= (MAX_PATH_BYTES[platform] ?? MAX_PATH_BYTES_ELSEWHERE);
}

/** A name that no other account can guess and squat on. */
export function pipeName(random: Buffer = randomBytes(16)): string {
  return `\\\\.\\pipe\\heycat-${random.toString('hex')}`;
}

/**
 * Where the socket of a runtime folder belongs.
 * @throws HeycatError INVALID_ARGUMENT when even the short path is too long.
 */
export function socketPlace(
  runtimeDir: string,
  platform: NodeJS.Platform = process.platform,
  temporary: string = tmpdir(),
): SocketPlace {
  if (platform === 'win32') return { path: pipeName() };
  const usual = join(runtimeDir, 'heycat.sock');
  if (isSocketPath(usual, platform)) return { path: usual };
  const digest = createHash('sha256').update(runtimeDir).digest('hex').slice(0, 16);
  const folder = join(temporary, `heycat-${userInfo().uid}-${digest}`);
  const short = join(folder, 'heycat.sock');
  if (isSocketPath(short, platform)) return { path: short, folder };
  throw new HeycatError(
    'INVALID_ARGUMENT',
    `The socket path ${short} is too long for this system; set HEYCAT_RUNTIME_DIR to a shorter folder.`,
    { field: 'runtime_dir' },
  );
}

/** True when somebody accepts connections there. */
function isLive(path: string): Promise<boolean> {
  const socket = connect(path);
  const answer = new Promise<boolean>((resolve) => {
    // No answer, a full backlog or a lack of permission: somebody is there.
    socket.setTimeout(DIAL_MS, () => resolve(true));
    socket.once('connect', () => resolve(true));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT');
    });
  });
  return answer.finally(() => socket.destroy());
}

/** @throws HeycatError BUSY when a service answers there. */
export async function refuseLiveSocket(path: string): Promise<void> {
  if (await isLive(path)) throw new HeycatError('BUSY', `Another service listens on ${path}.`, { path });
}

/**
 * Removes the socket that a killed service left behind. The caller holds the lock that makes it the only service of
 * its data folder; without it the path could be taken between the dial and the removal.
 * @throws HeycatError BUSY when a service answers there, NOT_AUTHORIZED when the path is no socket of ours.
 */
export async function removeStaleSocket(path: string): Promise<void> {
  const stat = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (stat === undefined) return;
  if (!stat.isSocket() || (process.getuid !== undefined && stat.uid !== process.getuid())) {
    throw new HeycatError('NOT_AUTHORIZED', `${path} is in the way and is no socket of this user.`, { path });
  }
  await refuseLiveSocket(path);
  await unlink(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}
