import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { KnownFile } from './catalogue-model.ts';
import { digestOf } from './digest.ts';

/** What a folder's files are, once they are on the disk for good. */
export async function recordFiles(folder: string, signal?: AbortSignal): Promise<KnownFile[]> {
  const files: KnownFile[] = [];
  for (const name of (await readdir(folder)).sort()) {
    const path = join(folder, name);
    const file = await open(path, 'r+');
    try {
      await file.sync();
      const { size } = await file.stat();
      files.push({ name, bytes: size, sha256: await digestOf(path, signal) });
    } finally {
      await file.close();
    }
  }
  return files;
}
