import { copyFile, mkdir, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { HeycatError } from '../../../errors.ts';
import { runProgram } from '../../process/child/run-program.ts';
import { CATALOGUE_BY_NAME } from './catalogue.ts';
import { megabytes } from './fetch-source.ts';
import { download } from './download.ts';
import type { InstallOptions } from './install-model.ts';
import { findModelFiles, type ModelRecord, readModelRecord } from './model-files.ts';
import { type InstalledModel, MODEL_NAME, type ModelStore } from './model-store.ts';
import { placeModel } from './place-model.ts';

export interface From {
  /** The name for the model. */
  name: string;
  /** A folder with its files, or the URL of a compressed tar archive with them. */
  from: string;
  /** In hex; required for an archive. */
  sha256?: string | undefined;
}

/**
 * Installs a model that is not in the catalogue, or one of the catalogue's from elsewhere.
 * @throws HeycatError INVALID_ARGUMENT with the field, and as {@link installModel}.
 */
export async function installFrom(
  store: ModelStore,
  { name, from, sha256 }: From,
  options: InstallOptions = {},
): Promise<InstalledModel> {
  if (!MODEL_NAME.test(name))
    throw refused('name', 'letters, digits, dots, hyphens and underscores, 100 at most');
  const isUrl = /^https?:\/\//.test(from);
  if (!isUrl) return placeModel(store, name, options, (staging) => copyModel(resolve(from), staging, name));
  if (sha256 === undefined || !/^[0-9a-f]{64}$/i.test(sha256)) {
    throw refused(
      'sha256',
      '64 hex digits, as stated by the publisher of the archive: nothing else proves that it is authentic',
    );
  }
  return placeModel(store, name, options, async (staging) => {
    const partial = join(store.folder, `.${sha256.slice(0, 16).toLowerCase()}.partial`);
    const onProgress = megabytes(name, options.onProgress);
    await download(partial, { url: from, sha256: sha256.toLowerCase(), signal: options.signal, onProgress });
    const unpacked = join(store.folder, `.unpacked-${name}`);
    try {
      await unpack(partial, unpacked, options.signal);
      const record = await copyModel(unpacked, staging, name);
      await rm(partial);
      return { ...record, source: from };
    } finally {
      await rm(unpacked, { recursive: true, force: true });
    }
  });
}

async function copyModel(folder: string, staging: string, name: string): Promise<ModelRecord> {
  const record = await readModelRecord(folder);
  const known = CATALOGUE_BY_NAME.get(name);
  const files = await findModelFiles(folder, record?.kind ?? known?.kind);
  if (files === undefined) {
    throw refused(
      'from',
      `a folder with the files of one model, as sherpa-onnx publishes them; ${folder} is not`,
    );
  }
  for (const path of Object.values(files.roles)) await copyFile(path, join(staging, basename(path)));
  return { title: known?.title ?? name, ...record, kind: files.kind, source: folder };
}

async function unpack(archive: string, folder: string, signal: AbortSignal | undefined): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { mode: 0o700 });
  const args = ['-xf', archive, '-C', folder, '--strip-components', '1'];
  const { code, stderr } = await runProgram(['tar', ...args], { signal });
  if (code !== 0) throw refused('from', `a tar archive that can be unpacked: ${stderr || 'tar is missing'}`);
}

function refused(field: string, holds: string): HeycatError {
  return new HeycatError('INVALID_ARGUMENT', `${field} is ${holds}.`, { field });
}
