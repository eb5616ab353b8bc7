import { readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { KnownRecording, Leftovers } from '../../../dictation/ports/take-files.ts';

const UNDER_WAY: readonly string[] = ['recording', 'transcribing'];

/**
 * Finds what an earlier run left in the recordings folder. Call it before the first take of this run, whose file would
 * count as well. A missing folder counts as empty. Changes nothing.
 */
export async function findLeftovers(folder: string, rows: Iterable<KnownRecording>): Promise<Leftovers> {
  const known = [...rows];
  const named = new Set(known.map(({ file_path }) => file_path));
  // A row's path may lead to the folder through a symlink.
  const real = await realpath(folder).catch(() => folder);
  const names = await wavNames(folder);
  const orphans = names.filter((name) => !named.has(join(folder, name)) && !named.has(join(real, name)));
  return {
    orphans: orphans.map((name) => join(folder, name)),
    unfinished: known.filter(({ status }) => UNDER_WAY.includes(status)).sort((a, b) => a.id - b.id),
  };
}

async function wavNames(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && entry.name.endsWith('.wav'))
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
