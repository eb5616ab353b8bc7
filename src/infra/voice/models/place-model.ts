import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HeycatError } from '../../../errors.ts';
import { InstanceLock } from '../../process/files/instance-lock.ts';
import { ensurePrivateFolder, writePrivateFile } from '../../process/files/private-file.ts';
import { syncFolder } from '../../process/files/sync-folder.ts';
import type { KnownFile } from './catalogue-model.ts';
import { digestOf } from './digest.ts';
import { findModelFiles, type ModelRecord, RECORD_FILE } from './model-files.ts';
import type { InstalledModel, ModelStore } from './model-store.ts';

/**
 * Fills a staging folder, and renames it once it is complete.
 * @param fill puts the model's files into it and returns its record, without the files.
 */
export async function placeModel(
  store: ModelStore,
  name: string,
  { signal }: { signal?: AbortSignal | undefined },
  fill: (staging: string) => Promise<ModelRecord>,
): Promise<InstalledModel> {
  await mkdir(join(store.folder, '..'), { recursive: true, mode: 0o700 });
  await ensurePrivateFolder(store.folder);
  const lock = await InstanceLock.takeFile(
    join(store.folder, '.install.lock'),
    (who) => `${who} is installing a model in ${store.folder}; wait until it has finished.`,
  );
  const staging = join(store.folder, `.staging-${name}`);
  try {
    // A killed install may have left one behind.
    await rm(staging, { recursive: true, force: true });
    await mkdir(staging, { mode: 0o700 });
    const record = await fill(staging);
    if ((await findModelFiles(staging, record.kind)) === undefined) throw incomplete(name, record);
    const files = await recordFiles(staging, signal);
    await writePrivateFile(join(staging, RECORD_FILE), `${JSON.stringify({ ...record, files }, null, 2)}\n`);
    await replace(staging, join(store.folder, name));
    await syncFolder(store.folder);
  } finally {
    await rm(staging, { recursive: true, force: true });
    await lock.release();
  }
  return (await store.find(name))!;
}

/** A folder cannot be renamed to one that contains files. */
async function replace(staging: string, folder: string): Promise<void> {
  const old = `${staging}-old`;
  await rm(old, { recursive: true, force: true });
  await rename(folder, old).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  await rename(staging, folder);
  await rm(old, { recursive: true, force: true });
}

function incomplete(name: string, { kind }: ModelRecord): HeycatError {
  return new HeycatError(
    'INVALID_ARGUMENT',
    `The files fetched for ${name} are not a complete model of the kind ${kind}.`,
  );
}

/** Syncs a folder's files and returns their sizes and digests. */
async function recordFiles(folder: string, signal?: AbortSignal): Promise<KnownFile[]> {
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
