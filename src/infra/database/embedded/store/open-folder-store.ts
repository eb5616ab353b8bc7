import { existsSync } from 'node:fs';
import { chmod, mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError } from '../engine-error.ts';
import { readModuleDefinition, type ModuleDefinition } from '../host/module-definition.ts';
import { damagedStore } from './damaged-store.ts';
import { assignIds, readCatalog, type Catalog } from './catalog.ts';
import { FolderStore } from './folder-store.ts';
import type { Store, Stored } from './key-value.ts';
import { migrate } from './migrate.ts';
import { OrderedMap } from './ordered-map.ts';
import { syncFolder } from '../../../process/files/sync-folder.ts';

/** Raised when the files change in a way that older versions cannot read. */
export const STORE_FORMAT = 2;
/** From this one on each value in the LMDB file has a checksum; an older folder stays without. */
const SEALED_FORMAT = 2;
const CATALOG_KEY = 'm';

export interface FolderOptions {
  /** What `__describe_module__` wrote, and the same read. */
  described: Uint8Array;
  definition: ModuleDefinition;
  /** SHA-256 of the wasm, hex. */
  moduleDigest: string;
  databaseIdentity: Uint8Array;
}

/**
 * Opens the folder or makes a new database there, and brings its tables to the module's; gives the tables of the
 * definition the ids that they have in the folder.
 * @throws EngineError ENGINE_UNAVAILABLE when the folder is damaged, from a newer version, of another database, or when
 * the module has changed in a way that its rows cannot follow; then no row has been changed.
 */
export async function openFolderStore(folder: string, options: FolderOptions): Promise<Store> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const format = await formatOf(folder);
  const store = await FolderStore.open(folder, format >= SEALED_FORMAT);
  try {
    const stored = store.get(CATALOG_KEY);
    const before = stored === undefined ? undefined : readCatalog(stored);
    const wanted = newCatalog(options, before);
    if (before === undefined) assignIds(options.definition.schema, wanted);
    else
      await upgrade(store, {
        before,
        wanted,
        definition: options.definition,
        identity: options.databaseIdentity,
      });
    const value = Buffer.from(JSON.stringify(wanted));
    if (!(stored instanceof Buffer && stored.equals(value))) await put(store, value);
    return store;
  } catch (thrown) {
    await store.close();
    throw thrown;
  }
}

async function upgrade(
  store: Store,
  change: { before: Catalog; wanted: Catalog; definition: ModuleDefinition; identity: Uint8Array },
): Promise<void> {
  const { before, wanted, definition } = change;
  if (before.databaseIdentity !== wanted.databaseIdentity)
    throw new EngineError(
      'ENGINE_UNAVAILABLE',
      'The data folder belongs to a database with another identity; use the folder and the keys of one user together.',
    );
  const old = readModuleDefinition(Buffer.from(before.described, 'base64'));
  assignIds(old.schema, structuredClone(before));
  if (before.described === wanted.described) assignIds(definition.schema, wanted);
  else await migrate(store, { old, definition, catalog: wanted });
}

function newCatalog(options: FolderOptions, before: Catalog | undefined): Catalog {
  return {
    moduleDigest: options.moduleDigest,
    databaseIdentity: Buffer.from(options.databaseIdentity).toString('hex'),
    described: Buffer.from(options.described).toString('base64'),
    tables: { ...before?.tables },
    indexes: { ...before?.indexes },
    nextId: before?.nextId ?? 4096,
  };
}

async function put(store: Store, catalog: Stored): Promise<void> {
  const writes = new OrderedMap<Stored | null>();
  writes.set(CATALOG_KEY, catalog);
  store.commit(writes);
  await store.durable();
}

/** The format of a folder; that of this version where the folder is new. */
async function formatOf(folder: string): Promise<number> {
  const path = join(folder, 'format.json');
  if (!existsSync(path)) {
    if (existsSync(join(folder, 'data.mdb'))) throw damagedStore(`${path} is missing or damaged`, path);
    await writeFormat(path);
    await chmod(folder, 0o700);
    await syncFolder(folder);
    return STORE_FORMAT;
  }
  const format = formatIn(await readFile(path, 'utf8'));
  if (format === undefined) throw damagedStore(`${path} is missing or damaged`, path);
  if (format > STORE_FORMAT)
    throw new EngineError(
      'ENGINE_UNAVAILABLE',
      `The data folder has format ${format}, from a newer version; this one knows ${STORE_FORMAT}. Update the service.`,
    );
  return format;
}

async function writeFormat(path: string): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify({ format: STORE_FORMAT })}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

function formatIn(text: string): number | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    const format =
      parsed !== null && typeof parsed === 'object' && 'format' in parsed ? parsed.format : undefined;
    return Number.isSafeInteger(format) ? (format as number) : undefined;
  } catch {
    return undefined;
  }
}
