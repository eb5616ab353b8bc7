import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writePrivateFile } from '../../process/files/private-file.ts';

/** The server rewrites the file unsynced at every start, so a power cut can leave it empty, and then it never starts. */
const NAME = 'metadata.toml';
const COPY = 'metadata.toml.heycat';

/** Restores a broken `metadata.toml` from our copy; without one it is removed, and the server writes it again. */
export async function mendMetadata(folder: string): Promise<'sound' | 'restored' | 'removed'> {
  const text = await readText(join(folder, NAME));
  if (text === undefined || isSound(text)) return 'sound';
  const copy = await readText(join(folder, COPY));
  if (copy !== undefined && isSound(copy)) {
    await writePrivateFile(join(folder, NAME), copy);
    return 'restored';
  }
  await rm(join(folder, NAME));
  return 'removed';
}

/** Keeps a synced copy of what a server that runs has written. */
export async function keepMetadata(folder: string): Promise<void> {
  const [text, copy] = await Promise.all([NAME, COPY].map((name) => readText(join(folder, name))));
  if (text === undefined || text === copy || !isSound(text)) return;
  await writePrivateFile(join(folder, COPY), text);
}

/** The server needs both fields; it writes nothing else but comments. */
export function isSound(text: string): boolean {
  return /^version\s*=\s*"[^"]+"/m.test(text) && /^edition\s*=\s*"[^"]+"/m.test(text);
}

async function readText(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}
