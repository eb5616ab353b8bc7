import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { KnownFile } from './catalogue-model.ts';

/** The kinds of models that are loaded differently. */
export const MODEL_KINDS = [
  'nemo_transducer',
  'transducer',
  'streaming_transducer',
  'moonshine',
  'whisper',
  'sense_voice',
] as const;
export type ModelKind = (typeof MODEL_KINDS)[number];

/** A model's files by their roles. */
export interface ModelFiles {
  kind: ModelKind;
  /** Absolute paths by role: `encoder`, `decoder`, `joiner`, `tokens` … */
  roles: Readonly<Record<string, string>>;
}

/** For each role the possible file names, preferred one first: 8-bit models are faster and need less memory. */
type Layout = Readonly<Record<string, readonly RegExp[]>>;

const TOKENS = [/^tokens\.txt$/, /-tokens\.txt$/];

const part = (name: string) => [
  new RegExp(`^${name}.*\\.int8\\.onnx$`),
  new RegExp(`^${name}(?!.*(?:int8|fp16)).*\\.(?:onnx|ort)$`),
  new RegExp(`^${name}.*\\.fp16\\.onnx$`),
];

const TRANSDUCER: Layout = {
  encoder: part('encoder'),
  decoder: part('decoder'),
  joiner: part('joiner'),
  tokens: TOKENS,
};

/** In the order in which they are tried; the kinds of one layout cannot be reliably distinguished by their files. */
const LAYOUTS: readonly [kinds: readonly ModelKind[], layout: Layout][] = [
  [['transducer', 'nemo_transducer', 'streaming_transducer'], TRANSDUCER],
  [
    ['moonshine'],
    {
      encoder: [/^encoder_model\.(?:ort|onnx)$/],
      mergedDecoder: [/^decoder_model_merged\.(?:ort|onnx)$/],
      tokens: TOKENS,
    },
  ],
  [
    ['moonshine'],
    {
      preprocessor: [/^preprocess\.onnx$/],
      encoder: part('encode'),
      uncachedDecoder: part('uncached_decode'),
      cachedDecoder: part('cached_decode'),
      tokens: TOKENS,
    },
  ],
  [['whisper'], { encoder: part('.+-encoder'), decoder: part('.+-decoder'), tokens: TOKENS }],
  [['sense_voice'], { model: part('model'), tokens: TOKENS }],
];

/**
 * Finds a model's files in its folder.
 * @param kind if it is known; otherwise it is inferred from the names of the files and of the folder.
 * @returns undefined if a file or the folder is missing.
 */
export async function findModelFiles(folder: string, kind?: ModelKind): Promise<ModelFiles | undefined> {
  const names = (await readdir(folder).catch((): string[] => [])).sort();
  for (const [kinds, layout] of LAYOUTS) {
    if (kind !== undefined && !kinds.includes(kind)) continue;
    const roles = rolesOf(layout, names, folder);
    if (roles !== undefined) return { kind: kind ?? guess(kinds, [basename(folder), ...names]), roles };
  }
  return undefined;
}

function rolesOf(layout: Layout, names: readonly string[], folder: string) {
  const roles: Record<string, string> = {};
  for (const [role, patterns] of Object.entries(layout)) {
    const name = patterns.flatMap((pattern) => names.filter((each) => pattern.test(each)))[0];
    if (name === undefined) return undefined;
    roles[role] = join(folder, name);
  }
  return roles;
}

/** Only a guess: sherpa-onnx itself recognises a NeMo transducer, but not a streaming one. */
function guess(kinds: readonly ModelKind[], names: readonly string[]): ModelKind {
  if (kinds.length === 1) return kinds[0]!;
  const isOneOf = (pattern: RegExp) => names.some((name) => pattern.test(name));
  if (isOneOf(/streaming|chunk-\d+-left/i)) return 'streaming_transducer';
  return isOneOf(/nemo|parakeet/i) ? 'nemo_transducer' : 'transducer';
}

/** The `model.json` in a model's folder; a host may write one with only a kind for its own model. */
export interface ModelRecord {
  kind: ModelKind;
  title?: string;
  languages?: string[];
  licence?: string;
  credit?: string;
  /** The source of the model. */
  source?: string;
  /** Its files as they were installed. */
  files?: KnownFile[];
}

export const RECORD_FILE = 'model.json';

/** Undefined if there is none or it is invalid. */
export async function readModelRecord(folder: string): Promise<ModelRecord | undefined> {
  try {
    const record = JSON.parse(await readFile(join(folder, RECORD_FILE), 'utf8')) as ModelRecord;
    return MODEL_KINDS.includes(record.kind) ? record : undefined;
  } catch {
    return undefined;
  }
}

/** Names of the installed files that are missing or have another size. */
export async function damagedFiles(folder: string, { files = [] }: ModelRecord): Promise<string[]> {
  const damaged = await Promise.all(
    files.map(async ({ name, bytes }) => {
      const found = await stat(join(folder, name)).catch(() => undefined);
      return found?.isFile() && found.size === bytes ? [] : [name];
    }),
  );
  return damaged.flat();
}
