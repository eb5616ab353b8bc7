import { lstat, realpath, unlink } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import type { FileRemoval, RecordingFiles } from '../../../commands/recordings/delete-recording.ts';

/** Looks up recordings' paths in the read models. */
export interface RecordingPaths {
  /** Whether a recording has exactly this path. */
  isUsed(path: string): boolean;
}

const kept = (reason: string): FileRemoval => ({ deleted: false, reason });

/** Deletes sound files in the service's own recordings folder, and no others. */
export class RecordingsFolder implements RecordingFiles {
  constructor(
    private readonly folder: string,
    private readonly paths: RecordingPaths,
  ) {}

  async remove(path: string): Promise<FileRemoval> {
    if (this.paths.isUsed(path)) return kept('Another recording uses the same file.');
    try {
      return await this.#remove(path);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
      return code === 'ENOENT' ? { deleted: true } : kept(`The file cannot be deleted (${code}).`);
    }
  }

  async #remove(path: string): Promise<FileRemoval> {
    // The folders are resolved but not the name itself: unlink removes a symlink and not its target.
    const [folder, parent] = await Promise.all([realpath(this.folder), realpath(dirname(path))]);
    const file = join(parent, basename(path));
    if (!isInside(folder, file)) return kept('The file is outside the recordings folder.');
    if (!(await lstat(file)).isFile()) return kept('It is not a file.');
    await unlink(file);
    return { deleted: true };
  }
}

function isInside(folder: string, file: string): boolean {
  const way = relative(folder, file);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
