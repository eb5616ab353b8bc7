import { statfs } from 'node:fs/promises';
import { HeycatError } from '../../../errors.ts';
import type { Progress } from '../../process/progress.ts';
import { fetchSource } from './fetch-source.ts';
import type { CatalogueModel } from './catalogue-model.ts';
import type { InstalledModel, ModelStore } from './model-store.ts';
import { placeModel } from './place-model.ts';

export interface InstallOptions {
  onProgress?: (progress: Progress) => void;
  /** Cancels the install; the download so far is kept, and the next install resumes it. */
  signal?: AbortSignal;
}

const MIB = 1024 * 1024;
/** Disk space to leave free: with too little, commands would be rejected. */
const ROOM_LEFT = 128 * MIB;

/**
 * Downloads a model and verifies it; it is installed completely or not at all. An intact installed model is left alone.
 * @throws HeycatError BUSY while another process installs, QUEUE_FULL without disk space, CANCELLED, MODEL_MISSING with the
 * error of each source.
 */
export async function installModel(
  store: ModelStore,
  model: CatalogueModel,
  options: InstallOptions = {},
): Promise<InstalledModel> {
  const present = await store.find(model.name);
  if (present !== undefined && present.damaged.length === 0) return present;
  return placeModel(store, model.name, options, async (staging) => {
    await assertRoom(store.folder, model);
    const source = await firstThatWorks(model, { ...options, staging, partialFolder: store.folder });
    const { kind, title, languages, licence, credit } = model;
    return { kind, title, languages: [...languages], licence, credit, source };
  });
}

async function assertRoom(folder: string, { bytes, sources }: CatalogueModel): Promise<void> {
  const needed = bytes + Math.max(...sources.map((source) => source.bytes)) + ROOM_LEFT;
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= needed) return;
  const [has, needs] = [free, needed].map((value) => Math.ceil(value / MIB));
  const sentence = `Only ${has} MiB are free for ${folder}, and the installation needs ${needs} MiB; free some space, or move the data with HEYCAT_DATA_DIR.`;
  throw new HeycatError('QUEUE_FULL', sentence, { reason: 'disk_full', folder });
}

/** @returns the name of the source. */
async function firstThatWorks(
  { name, sources }: CatalogueModel,
  options: InstallOptions & { staging: string; partialFolder: string },
): Promise<string> {
  const refusals: HeycatError[] = [];
  for (const source of sources) {
    try {
      return await fetchSource(source, { ...options, name });
    } catch (thrown) {
      const refusal = HeycatError.from(thrown);
      if (options.signal?.aborted) throw refusal;
      refusals.push(refusal);
    }
  }
  const why = refusals.map(({ message }) => message).join(' ');
  throw new HeycatError(
    'MODEL_MISSING',
    `The model ${name} could not be fetched. ${why}`,
    {},
    { cause: refusals.at(-1) },
  );
}
