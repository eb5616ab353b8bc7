import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { KnownFile } from './catalogue-model.ts';
import { MODEL_KINDS, type ModelKind } from './model-files.ts';

/** What stands in a model's folder beside its files: a host may write one for a model of its own, with a kind alone. */
export interface ModelRecord {
  kind: ModelKind;
  title?: string;
  languages?: string[];
  licence?: string;
  credit?: string;
  /** Where it came from. */
  source?: string;
  /** Its files as they were installed. */
  files?: KnownFile[];
}

export const RECORD_FILE = 'model.json';

/** Undefined when there is none, or it makes no sense. */
export async function readModelRecord(folder: string): Promise<ModelRecord | undefined> {
  try {
    const record = JSON.parse(await readFile(join(folder, RECORD_FILE), 'utf8')) as ModelRecord;
    return MODEL_KINDS.includes(record.kind) ? record : undefined;
  } catch {
    return undefined;
  }
}

/** Names of the installed files that are gone, or of another size than they had. */
export async function damagedFiles(folder: string, { files = [] }: ModelRecord): Promise<string[]> {
  const damaged = await Promise.all(
    files.map(async ({ name, bytes }) => {
      const found = await stat(join(folder, name)).catch(() => undefined);
      return found?.isFile() && found.size === bytes ? [] : [name];
    }),
  );
  return damaged.flat();
}
