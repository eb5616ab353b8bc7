import { HeycatError } from '../errors.ts';
import { CATALOGUE_BY_NAME, FIRST_MODEL } from '../infra/voice/models/catalogue.ts';
import { installFrom } from '../infra/voice/models/install-from.ts';
import { installModel } from '../infra/voice/models/install-model.ts';
import { type InstalledModel, ModelStore } from '../infra/voice/models/model-store.ts';
import { dataFolder } from '../infra/process/paths.ts';
import type { ModelReport } from '../queries/system/list-models.ts';
import type { GlobalOptions } from './connect.ts';
import { Interrupt } from './interrupt.ts';
import { ProgressView } from './progress.ts';
import { answer, answerJson, endWithReader, note, printable, styled } from './terminal.ts';

const MB = 1_000_000;

/** `heycat models list`: runs without a service, and therefore ignores the setting `transcription.model`. */
export async function listModels({ json, dataDir = dataFolder() }: GlobalOptions): Promise<void> {
  endWithReader();
  const models = await new ModelStore({ dataDir }).list();
  if (json) return answerJson({ models, total_count: models.length });
  for (const model of models) print(model);
}

/** `heycat models install` */
export async function installNamed(
  name: string,
  { json, dataDir = dataFolder(), from, sha256 }: GlobalOptions & { from?: string; sha256?: string },
): Promise<void> {
  using interrupt = new Interrupt('The download was cancelled; the next install resumes it.');
  const store = new ModelStore({ dataDir });
  const view = new ProgressView();
  const options = { signal: interrupt.signal, onProgress: view.show };
  let installed: InstalledModel;
  try {
    installed =
      from === undefined
        ? await installModel(store, known(name), options)
        : await installFrom(store, { name, from, sha256 }, options);
  } finally {
    view.end();
  }
  const { folder, kind, record } = installed;
  if (json) return answerJson({ name, folder, kind, source: record?.source ?? null });
  answer(printable(`${name} is installed in ${folder}.`));
}

/** Installs a small model that runs on any computer, unless some model is installed. */
export async function installFirst(options: GlobalOptions): Promise<void> {
  const { dataDir = dataFolder() } = options;
  const models = await new ModelStore({ dataDir }).list();
  if (models.some(({ used }) => used)) return note('a speech model is already installed');
  await installNamed(FIRST_MODEL, options);
}

/** `heycat models remove` */
export async function removeModel(
  name: string,
  { json, dataDir = dataFolder() }: GlobalOptions,
): Promise<void> {
  await new ModelStore({ dataDir }).remove(name);
  if (json) answerJson({ removed: name });
  else answer(`${name} is removed.`);
}

function known(name: string) {
  const model = CATALOGUE_BY_NAME.get(name);
  if (model !== undefined) return model;
  const sentence = `There is no model ${name} in the catalogue, which \`heycat models list\` shows; \`--from\` installs others.`;
  throw new HeycatError('NOT_FOUND', sentence, { name });
}

function print({ name, title, languages, licence, download_bytes, state, used, place }: ModelReport): void {
  const mark = used ? styled('green', '✓') : state === 'damaged' ? styled('red', '✗') : ' ';
  const size = download_bytes === null ? '' : `${Math.ceil(download_bytes / MB)} MB`;
  const where = place === 'host' ? 'installed by the host' : state;
  const spoken = languages.length > 5 ? `${languages.length} languages` : languages.join(' ');
  const facts = [used ? `${where}, used` : where, spoken, size, licence ?? ''].filter((fact) => fact !== '');
  answer(`${mark} ${styled('bold', printable(name.padEnd(28)))} ${printable(title)}`);
  answer(`  ${' '.repeat(28)} ${printable(facts.join(', '))}`);
}
