import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { HeycatError } from '../../../errors.ts';
import { runProgram } from '../../process/child/run-program.ts';

/**
 * Extracts files from the only folder of a compressed tar archive, with the system's tar.
 * @param root name of that folder.
 * @param folder the destination.
 * @throws HeycatError INTERNAL if tar is missing or fails, or a member is missing or not a file; CANCELLED.
 */
export async function extractMembers(
  archive: string,
  { root, members, folder, signal }: Extraction,
): Promise<void> {
  const paths = members.map((name) => `${root}/${name}`);
  const args = ['-xjf', archive, '-C', folder, '--strip-components', '1', ...paths];
  const { code, error, stderr } = await runProgram(['tar', ...args], { signal });
  if (error !== undefined) throw unpackable('there is no tar on the PATH');
  if (code !== 0) throw unpackable(stderr || 'tar failed; it needs bzip2');
  for (const name of members) {
    // A symlink could point outside the folder.
    const found = await lstat(join(folder, name)).catch(() => undefined);
    if (!found?.isFile()) throw unpackable(`${name} is not in it`);
  }
}

export interface Extraction {
  root: string;
  members: readonly string[];
  folder: string;
  signal?: AbortSignal | undefined;
}

function unpackable(why: string): HeycatError {
  return new HeycatError('INTERNAL', `The archive cannot be unpacked: ${why}.`);
}
