import { readdir, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { HeycatError } from '../../../errors.ts';
import type { ModelReport } from '../../../queries/system/list-models.ts';
import { CATALOGUE, CATALOGUE_BY_NAME, FIRST_MODEL } from './catalogue.ts';
import {
  damagedFiles,
  findModelFiles,
  type ModelFiles,
  type ModelRecord,
  readModelRecord,
} from './model-files.ts';
import { MODELS_DIR, environment } from '../../process/environment.ts';

/** A model on disk. */
export interface InstalledModel extends ModelFiles {
  name: string;
  folder: string;
  /** `host`: in the host's folder, which is never written to. */
  place: 'host' | 'user';
  record: ModelRecord | undefined;
  /** Files that have changed since the installation; empty if the model can be used. */
  damaged: string[];
}

export interface ModelStoreOptions {
  /** The service's data folder, which has models in `models`. */
  dataDir: string;
  /** The host's folder of models; searched first. Default: HEYCAT_MODELS_DIR. */
  hostFolder?: string | undefined;
  /** The value of the setting `transcription.model`, if it is set. */
  preferred?: () => string | null | undefined;
}

/** The allowed names: none leads out of a folder, and none collides with files of ours. */
export const MODEL_NAME = /^[\w][\w.-]{0,99}$/;

/** Finds the models on disk and decides which one is used. */
export class ModelStore {
  /** Where models are installed. */
  readonly folder: string;
  readonly #hostFolder: string | undefined;
  readonly #preferred: () => string | null | undefined;

  constructor({ dataDir, hostFolder = environment()[MODELS_DIR], preferred }: ModelStoreOptions) {
    this.folder = join(dataDir, 'models');
    this.#hostFolder = hostFolder ? resolve(hostFolder) : undefined;
    this.#preferred = preferred ?? (() => undefined);
  }

  /** The models on disk, best first; a host's model hides another of the same name. */
  async installed(): Promise<InstalledModel[]> {
    const places = [
      ...(this.#hostFolder === undefined ? [] : [{ folder: this.#hostFolder, place: 'host' as const }]),
      { folder: this.folder, place: 'user' as const },
    ];
    const found = new Map<string, InstalledModel>();
    for (const { folder, place } of places) {
      const names = (await readdir(folder).catch(() => [])).filter(
        (name) => MODEL_NAME.test(name) && !found.has(name),
      );
      const models = await Promise.all(names.map((name) => modelIn(folder, name, place)));
      for (const model of models) if (model !== undefined) found.set(model.name, model);
    }
    return [...found.values()].sort((a, b) => rank(a.name) - rank(b.name) || a.name.localeCompare(b.name));
  }

  async find(name: string): Promise<InstalledModel | undefined> {
    return (await this.installed()).find((model) => model.name === name);
  }

  /**
   * The model with that name; for null the one of the setting, otherwise the best.
   * @throws HeycatError MODEL_MISSING with what to do.
   */
  async choose(name: string | null): Promise<InstalledModel> {
    const wanted = name ?? this.#preferred() ?? undefined;
    const models = await this.installed();
    const chosen = models.find((model) =>
      wanted === undefined ? model.damaged.length === 0 : model.name === wanted,
    );
    if (chosen === undefined) throw missing(wanted, name === null, models);
    if (chosen.damaged.length > 0) throw damaged(chosen);
    return chosen;
  }

  /** Every model in the catalogue and every other one on disk. */
  async list(): Promise<ModelReport[]> {
    const models = await this.installed();
    const used = await this.choose(null).catch(() => undefined);
    const others = models.filter(({ name }) => !CATALOGUE_BY_NAME.has(name)).map(({ name }) => name);
    return [...CATALOGUE.map(({ name }) => name), ...others].map((name) => {
      const model = models.find((each) => each.name === name);
      return { ...report(name, model), used: used !== undefined && used.name === name };
    });
  }

  /** @throws HeycatError NOT_FOUND, NOT_AUTHORIZED for a host's model. */
  async remove(name: string): Promise<void> {
    const model = await this.find(name);
    if (model?.place === 'host') {
      const sentence = `${name} is in ${model.folder}, which belongs to the host; remove it there.`;
      throw new HeycatError('NOT_AUTHORIZED', sentence, { name });
    }
    const isThere =
      MODEL_NAME.test(name) && (await stat(join(this.folder, name)).catch(() => undefined)) !== undefined;
    if (!isThere)
      throw new HeycatError(
        'NOT_FOUND',
        `No model ${name} is installed; \`heycat models list\` shows all models.`,
      );
    await rm(join(this.folder, name), { recursive: true });
  }
}

async function modelIn(
  parent: string,
  name: string,
  place: InstalledModel['place'],
): Promise<InstalledModel | undefined> {
  const folder = join(parent, name);
  const record = await readModelRecord(folder);
  const kind = record?.kind ?? CATALOGUE_BY_NAME.get(name)?.kind;
  const damaged = record === undefined ? [] : await damagedFiles(folder, record);
  const files = await findModelFiles(folder, kind);
  if (files !== undefined) return { ...files, name, folder, place, record, damaged };
  // A folder without a record may be anything; one with a record is a model with missing files.
  if (kind === undefined || record === undefined) return undefined;
  return {
    kind,
    roles: {},
    name,
    folder,
    place,
    record,
    damaged: damaged.length > 0 ? damaged : ['its files'],
  };
}

function rank(name: string): number {
  const place = CATALOGUE.findIndex((model) => model.name === name);
  return place < 0 ? CATALOGUE.length : place;
}

function report(name: string, model: InstalledModel | undefined): Omit<ModelReport, 'used'> {
  const known = CATALOGUE_BY_NAME.get(name);
  const record = model?.record;
  return {
    name,
    title: known?.title ?? record?.title ?? name,
    kind: model?.kind ?? known!.kind,
    languages: [...(known?.languages ?? record?.languages ?? [])],
    licence: known?.licence ?? record?.licence ?? null,
    credit: known?.credit ?? record?.credit ?? null,
    bytes: known?.bytes ?? null,
    download_bytes: known?.sources[0]?.bytes ?? null,
    state: model === undefined ? 'available' : model.damaged.length > 0 ? 'damaged' : 'installed',
    folder: model?.folder ?? null,
    place: model?.place ?? null,
  };
}

function missing(
  name: string | undefined,
  isSetting: boolean,
  models: readonly InstalledModel[],
): HeycatError {
  const installed = models.map((model) => model.name);
  if (name === undefined) {
    const sentence = `No speech model is installed; \`heycat models install ${FIRST_MODEL}\` installs one.`;
    return new HeycatError('MODEL_MISSING', sentence, { installed });
  }
  const who = isSetting ? `The setting transcription.model names ${name}, which` : `The model ${name}`;
  const advice =
    CATALOGUE_BY_NAME.get(name) === undefined
      ? '`heycat models list` shows all models'
      : `\`heycat models install ${name}\` installs it`;
  const others = installed.length === 0 ? '' : `; installed: ${installed.join(', ')}`;
  return new HeycatError('MODEL_MISSING', `${who} is not installed; ${advice}${others}.`, {
    name,
    installed,
  });
}

function damaged({ name, damaged, folder, place }: InstalledModel): HeycatError {
  const advice =
    place === 'host' ? `repair ${folder}` : `\`heycat models install ${name}\` installs it again`;
  const sentence = `The model ${name} is damaged (${damaged.join(', ')}); ${advice}.`;
  return new HeycatError('MODEL_MISSING', sentence, { name, damaged });
}
