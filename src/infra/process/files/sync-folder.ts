import { open } from 'node:fs/promises';

/** Syncs a folder, without which a rename does not survive a power failure; on Windows it is neither possible nor needed. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
