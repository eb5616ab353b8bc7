import { EngineError } from '../engine-error.ts';
import type { ModuleSchema } from '../module-host.ts';
import { asText, type Stored } from './key-value.ts';

/** What a folder knows of itself. Ids are part of the keys of rows and entries, so they outlive the module's order. */
export interface Catalog {
  /** SHA-256 of the wasm that last opened it, hex. */
  moduleDigest: string;
  /** 64 hex digits in BSATN order. */
  databaseIdentity: string;
  /** What the module's `__describe_module__` wrote, base64. */
  described: string;
  /** Ids by name. */
  tables: Record<string, number>;
  indexes: Record<string, number>;
  /** Above every id that was ever given out. */
  nextId: number;
}

export function readCatalog(stored: Stored): Catalog {
  try {
    return JSON.parse(Buffer.from(asText(stored), 'latin1').toString()) as Catalog;
  } catch (cause) {
    const text = 'The database does not know its tables; restore the data folder from a backup.';
    throw new EngineError('ENGINE_UNAVAILABLE', text, {}, { cause });
  }
}

/** Gives tables and indexes their ids in the folder, those that it does not know new ones. */
export function assignIds(schema: ModuleSchema, catalog: Catalog): void {
  for (const table of schema.tables) {
    table.id = catalog.tables[table.name] ??= catalog.nextId++;
    for (const index of table.indexes) index.id = catalog.indexes[index.name] ??= catalog.nextId++;
  }
}
