import { EngineError } from '../engine-error.ts';
import type { IndexSchema, Lifecycle, ModuleSchema, ReducerSchema, TableSchema } from '../module-host.ts';
import { BsatnReader } from '../../../bsatn/decode.ts';
import { PRIMITIVE_KINDS, type PrimitiveKind, type TypeSchema } from '../../../bsatn/types.ts';
import { compileFilter } from '../protocol/filter.ts';
import { parseQuery, type Query } from '../protocol/sql.ts';

/** Where a counter column starts and how it goes on; a column without a bound has the one of 128 bits. */
export interface SequenceDefinition {
  column: number;
  start: bigint;
  min: bigint;
  max: bigint;
  increment: bigint;
}

export interface ModuleDefinition {
  schema: ModuleSchema;
  /** By table name. */
  sequences: Map<string, SequenceDefinition[]>;
}

/** A type before its references are resolved. */
type RawType =
  | { ref: number }
  | { kind: PrimitiveKind }
  | { kind: 'array'; element: RawType }
  | { kind: 'product'; elements: RawField[] }
  | { kind: 'sum'; variants: RawField[] };
interface RawField {
  name: string | undefined;
  type: RawType;
}

/** A row-level rule. */
interface Rule extends Query {
  sql: string;
}

/** The server's system tables and their indexes have the ids below. */
const FIRST_USER_ID = 4096;
const VERSION_9 = 1;
const NOBODY = new Uint8Array(32);
const MAX_I128 = (1n << 127n) - 1n;
const LIFECYCLES: readonly Lifecycle[] = ['init', 'client_connected', 'client_disconnected'];

/**
 * Reads what `__describe_module__` wrote: a BSATN `RawModuleDef` of version 9.
 * @throws EngineError ENGINE_UNAVAILABLE for another version or a part that this host does not carry out.
 */
export function readModuleDefinition(described: Uint8Array): ModuleDefinition {
  const reader = new BsatnReader(described);
  if (reader.u8() !== VERSION_9) throw unsupported('a module definition of another version than 9');
  const typespace = reader.list(() => readType(reader));
  const resolve = resolver(typespace);
  const rawTables = reader.list(() => readTable(reader));
  const reducers = reader.list(() => readReducer(reader, resolve));
  reader.list(() => {
    reader.list(() => reader.strictText());
    reader.strictText();
    reader.u32();
    reader.u8();
  });
  if (reader.u32() > 0) throw unsupported('miscellaneous exports');
  const rules = reader.list(() => readRule(reader.strictText()));
  const nextIndex = counter(FIRST_USER_ID);
  const tables = rawTables.map((raw, position) =>
    tableSchema(raw, { id: FIRST_USER_ID + position, row: resolve({ ref: raw.typeRef }), nextIndex, rules }),
  );
  checkRules(tables, rules);
  return {
    schema: { tables, reducers: reducers.map((reducer, id) => Object.assign(reducer, { id })) },
    sequences: new Map(rawTables.map((raw) => [raw.name, raw.sequences])),
  };
}

function unsupported(what: string): EngineError {
  return new EngineError(
    'ENGINE_UNAVAILABLE',
    `The module uses ${what}, which the embedded engine does not carry out; run it with --engine sidecar.`,
  );
}

function counter(from: number): () => number {
  let next = from;
  return () => next++;
}

function readType(reader: BsatnReader): RawType {
  const tag = reader.u8();
  if (tag === 0) return { ref: reader.u32() };
  if (tag === 1) return { kind: 'sum', variants: readFields(reader) };
  if (tag === 2) return { kind: 'product', elements: readFields(reader) };
  if (tag === 3) return { kind: 'array', element: readType(reader) };
  const kind = PRIMITIVE_KINDS[tag - 4];
  if (kind === undefined) throw unsupported(`a type with tag ${tag}`);
  return { kind };
}

function readFields(reader: BsatnReader): RawField[] {
  return reader.list(() => ({ name: reader.option(() => reader.strictText()), type: readType(reader) }));
}

/** Puts the type itself in the place of each reference; a type that contains itself has no finite form here. */
function resolver(typespace: RawType[]): (type: RawType) => TypeSchema {
  const resolve = (type: RawType, inside: readonly number[]): TypeSchema => {
    if ('ref' in type) {
      const target = typespace[type.ref];
      if (target === undefined || inside.includes(type.ref)) throw unsupported('a recursive type');
      return resolve(target, [...inside, type.ref]);
    }
    const fields = (raw: RawField[]) => raw.map(({ name, type }) => ({ name, type: resolve(type, inside) }));
    if (type.kind === 'array') return { kind: 'array', element: resolve(type.element, inside) };
    if (type.kind === 'product') return { kind: 'product', elements: fields(type.elements) };
    if (type.kind === 'sum') return { kind: 'sum', variants: fields(type.variants) };
    return { kind: type.kind };
  };
  return (type) => resolve(type, []);
}

interface RawTable {
  name: string;
  typeRef: number;
  primaryKey: number[];
  indexes: { name: string | undefined; label: string; columns: number[] }[];
  uniques: number[][];
  sequences: SequenceDefinition[];
  isPublic: boolean;
}

function readTable(reader: BsatnReader): RawTable {
  const columns = () => reader.list(() => reader.u16());
  const name = reader.strictText();
  const typeRef = reader.u32();
  const primaryKey = columns();
  const indexes = reader.list(() => readIndex(reader));
  const uniques = reader.list(() => {
    reader.option(() => reader.strictText());
    if (reader.u8() !== 0) throw unsupported('a constraint that is not unique');
    return columns();
  });
  const sequences = reader.list(() => readSequence(reader));
  if (reader.option(() => true)) throw unsupported(`the scheduled table ${name}`);
  reader.u8(); // system or user table
  return { name, typeRef, primaryKey, indexes, uniques, sequences, isPublic: reader.u8() === 0 };
}

function readIndex(reader: BsatnReader): RawTable['indexes'][number] {
  const name = reader.option(() => reader.strictText());
  reader.option(() => reader.strictText());
  const algorithm = reader.u8();
  if (algorithm === 0) return { name, label: 'btree', columns: reader.list(() => reader.u16()) };
  if (algorithm === 2) return { name, label: 'direct', columns: [reader.u16()] };
  throw unsupported('a hash index');
}

function readSequence(reader: BsatnReader): SequenceDefinition {
  reader.option(() => reader.strictText());
  const column = reader.u16();
  const [start, min, max] = [0, 0, 0].map(() => reader.option(() => reader.i128()));
  const increment = reader.i128();
  return { column, start: start ?? min ?? 1n, min: min ?? 1n, max: max ?? MAX_I128, increment };
}

function readReducer(reader: BsatnReader, resolve: (type: RawType) => TypeSchema): Omit<ReducerSchema, 'id'> {
  const name = reader.strictText();
  const params = readFields(reader).map(({ name, type }, position) => ({
    name: name ?? String(position),
    type: resolve(type),
  }));
  const lifecycle = reader.option(() => LIFECYCLES[reader.u8()]);
  return lifecycle === undefined ? { name, params } : { name, params, lifecycle };
}

function tableSchema(
  raw: RawTable,
  context: { id: number; row: TypeSchema; nextIndex: () => number; rules: Rule[] },
): TableSchema {
  if (context.row.kind !== 'product') throw unsupported(`the table ${raw.name}, whose rows are no product`);
  const columns = context.row.elements.map(({ name, type }, position) => ({
    name: name ?? String(position),
    type,
  }));
  const indexes = raw.indexes.map((index): IndexSchema => {
    const names = index.columns.map((column) => columns[column]?.name ?? '');
    return {
      id: context.nextIndex(),
      name: index.name ?? `${raw.name}_${names.join('_')}_idx_${index.label}`,
      columns: index.columns,
      unique: raw.uniques.some((unique) => sameSet(unique, index.columns)),
    };
  });
  return {
    id: context.id,
    name: raw.name,
    isPublic: raw.isPublic,
    columns,
    primaryKey: raw.primaryKey[0],
    indexes,
    visibility: context.rules.filter(({ table }) => table === raw.name).map(({ sql }) => sql),
  };
}

function sameSet(left: readonly number[], right: readonly number[]): boolean {
  return new Set(left).size === new Set(right).size && left.every((column) => right.includes(column));
}

/** @throws EngineError ENGINE_UNAVAILABLE for a rule that could not be kept: its rows would be shown to everybody. */
function readRule(sql: string): Rule {
  try {
    return { sql, ...parseQuery(sql) };
  } catch (thrown) {
    throw unsupported(`the row-level rule «${sql}»; ${EngineError.from(thrown).message}`);
  }
}

function checkRules(tables: readonly TableSchema[], rules: readonly Rule[]): void {
  for (const { sql, table: name, where } of rules) {
    const table = tables.find((each) => each.name === name);
    try {
      if (table === undefined) throw new EngineError('INVALID_ARGUMENT', `There is no table ${name}.`);
      if (where !== undefined) compileFilter(table, where, NOBODY);
    } catch (thrown) {
      throw unsupported(`the row-level rule «${sql}»; ${EngineError.from(thrown).message}`);
    }
  }
}
