import { EngineError } from '../engine-error.ts';
import type { ModuleDefinition } from '../host/module-definition.ts';
import type { ColumnSchema, IndexSchema, TableSchema } from '../module-host.ts';
import { assignIds, type Catalog } from './catalog.ts';
import type { Store, Stored } from './key-value.ts';
import { behind } from './keys.ts';
import { OrderedMap } from './ordered-map.ts';
import { TableAccess } from './table-access.ts';

/** Entries per commit while an index is built or taken away. */
const BATCH = 1000;

interface Change {
  old: ModuleDefinition;
  definition: ModuleDefinition;
  /** Is brought up to date. */
  catalog: Catalog;
}

/**
 * Brings the rows to a changed module, as the server of 1.2.0 does: tables, indexes, sequences, rules and access may
 * change, indexes may go; columns and unique constraints of a table stay, since its module definitions have no
 * defaults for new columns.
 * @throws EngineError ENGINE_UNAVAILABLE naming everything that cannot be followed, before anything is written.
 */
export async function migrate(store: Store, { old, definition, catalog }: Change): Promise<void> {
  const wanted = new Map(definition.schema.tables.map((table) => [table.name, table]));
  const refusals = old.schema.tables.flatMap((table) => tableRefusals(table, wanted.get(table.name)));
  if (refusals.length > 0)
    throw new EngineError(
      'ENGINE_UNAVAILABLE',
      `The stored rows cannot follow the new module: ${refusals.join('; ')}. Run the version that wrote them. Nothing was changed.`,
    );
  const gone: number[] = [];
  for (const table of old.schema.tables)
    for (const index of table.indexes) {
      const next = wanted.get(table.name)!.indexes.find(({ name }) => name === index.name);
      if (next !== undefined && sameIndex(index, next)) continue;
      gone.push(index.id);
      delete catalog.indexes[index.name];
    }
  const known = new Set(Object.values(catalog.indexes));
  assignIds(definition.schema, catalog);
  for (const table of old.schema.tables)
    await buildIndexes(store, definition, { table: wanted.get(table.name)!, known });
  for (const id of gone) await clear(store, id);
}

function tableRefusals(old: TableSchema, table: TableSchema | undefined): string[] {
  if (table === undefined) return [`table ${old.name} is gone`];
  const columns = old.columns.flatMap((column, position) =>
    columnRefusal(old, column, table.columns[position]),
  );
  const added = table.columns
    .slice(old.columns.length)
    .map(({ name }) => `column ${name} of ${old.name} is new, without a default`);
  const uniques = uniqueRefusals(old, table);
  const rows = old.primaryKey === table.primaryKey ? [] : [`${old.name} has another primary key`];
  return [...columns, ...added, ...uniques, ...rows];
}

function columnRefusal(table: TableSchema, old: ColumnSchema, column: ColumnSchema | undefined): string[] {
  if (column === undefined || column.name !== old.name)
    return [`column ${old.name} of ${table.name} is gone or moved`];
  if (JSON.stringify(column.type) !== JSON.stringify(old.type))
    return [`column ${old.name} of ${table.name} has another type`];
  return [];
}

function uniqueRefusals(old: TableSchema, table: TableSchema): string[] {
  const uniques = ({ indexes }: TableSchema) =>
    new Set(
      indexes.filter(({ unique }) => unique).map(({ columns }) => columns.toSorted((a, b) => a - b).join()),
    );
  const before = uniques(old);
  const primary = String(old.primaryKey);
  if (before.has(primary) && !uniques(table).has(primary))
    return [`the primary key of ${old.name} is not unique`];
  return [...uniques(table)].some((columns) => !before.has(columns))
    ? [`${old.name} has a new unique constraint`]
    : [];
}

function sameIndex(left: IndexSchema, right: IndexSchema): boolean {
  return left.unique === right.unique && left.columns.join() === right.columns.join();
}

/** Fills the indexes whose id is not among the known ones. */
async function buildIndexes(
  store: Store,
  definition: ModuleDefinition,
  { table, known }: { table: TableSchema; known: ReadonlySet<number> },
): Promise<void> {
  const access = new TableAccess(table, definition.sequences.get(table.name) ?? []);
  const missing = access.indexes.filter(({ schema, holdsRows }) => !holdsRows && !known.has(schema.id));
  if (missing.length === 0) return;
  // An upgrade that a crash cut off may have left entries, of rows that have changed since.
  for (const { schema } of missing) await clear(store, schema.id);
  let from: string | undefined = access.rowPrefix;
  while (from !== undefined) {
    const writes = new OrderedMap<Stored | null>();
    let last: string | undefined;
    for (const [rowKey, row] of store.range(from, behind(access.rowPrefix))) {
      access.parse(row as Buffer);
      for (const index of missing) writes.set(access.entryKey(index, row as Buffer, rowKey), rowKey);
      last = rowKey;
      if (writes.size >= BATCH) break;
    }
    store.commit(writes);
    await store.durable();
    from = writes.size >= BATCH && last !== undefined ? `${last}\0` : undefined;
  }
}

/** Deletes all entries of an index. */
async function clear(store: Store, index: number): Promise<void> {
  const prefix = `i${String.fromCharCode((index >>> 24) & 255, (index >>> 16) & 255, (index >>> 8) & 255, index & 255)}`;
  for (;;) {
    const writes = new OrderedMap<Stored | null>();
    for (const [key] of store.range(prefix, behind(prefix))) {
      writes.set(key, null);
      if (writes.size >= BATCH) break;
    }
    if (writes.size === 0) return;
    store.commit(writes);
    await store.durable();
  }
}
