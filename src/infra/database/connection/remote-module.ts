import type { AlgebraicType } from '@clockworklabs/spacetimedb-sdk';
import { HeycatError } from '../../../errors.ts';
import type { Area } from '../../../events/areas.ts';
import { compileDecoder, type BsatnReader, type Decode } from '../../bsatn/decode.ts';
import { BsatnWriter, compileEncoder, type Encode } from '../../bsatn/encode.ts';
import { type FieldSchema, type PrimitiveKind, type TypeSchema } from '../../bsatn/types.ts';
import { DbConnection } from '../bindings/index.ts';

/** A decoded row in wire form. */
export type KeyedRow = Record<string, unknown>;

/** How rows of one table are read. */
export interface RemoteTable {
  name: string;
  /** @throws HeycatError INTERNAL for a row that cannot be read, or is somebody else's. */
  decode: (reader: BsatnReader) => KeyedRow;
  /** What identifies each of its rows. */
  keyOf: (row: KeyedRow) => unknown;
}

/** What the connection uses of the generated description of the module. */
export interface GeneratedModule {
  tables: Record<string, { rowType: AlgebraicType }>;
  reducers: Record<string, { argsType: AlgebraicType }>;
  versionInfo: { cliVersion: string };
}

/** State tables by area. */
export const STATE_TABLES: Readonly<Record<Area, string>> = {
  recordings: 'recordings',
  settings: 'settings',
  dictionary: 'dictionary_entries',
  voice_commands: 'voice_commands',
  window_contexts: 'window_contexts',
};

/** Every table that the connection subscribes to; the benchmark's bare client does the same. */
export const OWNER_TABLES = [...Object.values(STATE_TABLES), 'event_log', 'command_receipts', 'stream_heads'];

/** Columns that hold JSON text in the table and are delivered as the value itself. */
const JSON_COLUMNS = new Set([
  'settings.value',
  'voice_commands.action_payload',
  'event_log.payload',
  'command_receipts.result',
]);
/** Columns that only serve the table's own keys. */
const KEY_COLUMNS = new Set(['row_key', 'trigger_key', 'phrase_key', 'owner_identity', 'fingerprint']);

/** Columns that the wire knows under another name: `type` is a keyword in the module's language. */
const WIRE_NAMES: Readonly<Record<string, string>> = { event_type: 'type' };

/** The column that identifies a row among its owner's; `id` in every other table. */
const KEYS: Readonly<Record<string, string>> = {
  settings: 'key',
  event_log: 'seq',
  command_receipts: 'command_id',
  stream_heads: 'epoch',
};

export interface RemoteModuleOptions {
  generated: GeneratedModule;
  /** Identity whose rows are decoded, as a number; a row of anybody else is a failure. */
  owner: bigint;
}

export type RemoteModule = ReturnType<typeof remoteModule>;

let cached: GeneratedModule | undefined;

/** The description in bindings/, which is generated and hands it only to a connection builder. */
export function generatedModule(): GeneratedModule {
  if (cached === undefined) {
    const builder = DbConnection.builder() as unknown as { remoteModule: GeneratedModule };
    cached = builder.remoteModule;
  }
  return cached;
}

/**
 * The generated module description with decoders of our own: rows come out in wire form, and of a reducer's
 * arguments only the command id is read. The SDK sees no rows, so it needs no tables.
 */
export function remoteModule({ generated, owner }: RemoteModuleOptions) {
  const tables = new Map(
    OWNER_TABLES.map((name) => [name, remoteTable(name, generated.tables[name]!.rowType, owner)]),
  );
  const reducers = Object.fromEntries(
    Object.entries(generated.reducers).map(([name, { argsType }]) => [
      name,
      { readCommandId: commandIdOf(argsType) },
    ]),
  );
  return {
    tables: {},
    table: (name: string): RemoteTable => {
      const table = tables.get(name);
      if (table === undefined) throw new HeycatError('INTERNAL', `There is no table ${name}.`);
      return table;
    },
    reducers,
    versionInfo: generated.versionInfo,
    eventContextConstructor: (_connection: unknown, event: unknown) => ({ event }),
    dbViewConstructor: () => undefined,
    reducersConstructor: () => undefined,
    setReducerFlagsConstructor: () => undefined,
  };
}

const encoders = new Map<string, Encode>();
const writer = new BsatnWriter(512);

/** A reducer's arguments, given by their snake_case names, as they are sent. Throws HeycatError when one does not fit. */
export function encodeCall(reducer: string, args: Record<string, unknown>): Uint8Array {
  let encode = encoders.get(reducer);
  if (encode === undefined) {
    const argsType = generatedModule().reducers[reducer]?.argsType;
    if (argsType === undefined) throw new HeycatError('INTERNAL', `The module has no reducer ${reducer}.`);
    encoders.set(reducer, (encode = compileEncoder(schemaOf(argsType))));
  }
  writer.rewind(0);
  try {
    encode(writer, args);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : '';
    throw new HeycatError('INTERNAL', `An argument of ${reducer} cannot be sent. ${why}`, {}, { cause });
  }
  return writer.take();
}

/** The SDK's description of a type as ours; its names are snake_case, as on the wire. */
export function schemaOf(type: AlgebraicType): TypeSchema {
  switch (type.type as string) {
    case 'ProductType':
      return { kind: 'product', elements: fieldsOf(type.product.elements) };
    case 'SumType':
      return { kind: 'sum', variants: fieldsOf(type.sum.variants) };
    case 'ArrayType':
      return { kind: 'array', element: schemaOf(type.array) };
    default:
      return { kind: (type.type as string).toLowerCase() as PrimitiveKind };
  }
}

function fieldsOf(
  fields: { name: string; algebraicType: AlgebraicType }[],
): (FieldSchema & { name: string })[] {
  return fields.map(({ name, algebraicType }) => ({
    name: toSnakeCase(name),
    type: schemaOf(algebraicType),
  }));
}

function toSnakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function remoteTable(name: string, type: AlgebraicType, owner: bigint): RemoteTable {
  const decode = compileRow(name, type, owner);
  const key = KEYS[name] ?? 'id';
  return {
    name,
    keyOf: (row) => row[key],
    decode: (reader) => {
      try {
        return decode(reader);
      } catch (cause) {
        throw new HeycatError('INTERNAL', `a row of ${name} could not be read`, {}, { cause });
      }
    },
  };
}

function compileRow(table: string, type: AlgebraicType, owner: bigint): (reader: BsatnReader) => KeyedRow {
  const columns = fieldsOf(type.product.elements).map(({ name, type: column }) => ({
    name: KEY_COLUMNS.has(name) ? undefined : (WIRE_NAMES[name] ?? name),
    decode: columnDecoder(`${table}.${name}`, column, owner),
  }));
  return (reader) => {
    const row: KeyedRow = {};
    for (const { name, decode } of columns) {
      const value = decode(reader);
      if (name !== undefined) row[name] = value;
    }
    return row;
  };
}

function columnDecoder(name: string, type: TypeSchema, owner: bigint): Decode {
  if (JSON_COLUMNS.has(name)) return readJson;
  if (name.endsWith('.owner_identity')) return checkOwner(owner);
  if (name.endsWith('.row_key') && type.kind === 'u128') return (reader) => reader.skip(16);
  return compileDecoder(type);
}

function checkOwner(owner: bigint): Decode {
  const expected = Buffer.from(owner.toString(16).padStart(64, '0'), 'hex').toReversed();
  return (reader) => {
    if (!reader.takes(expected)) throw new RangeError('a row of another owner');
  };
}

function readJson(reader: BsatnReader): unknown {
  return JSON.parse(reader.text());
}

/** Reads only the command id of a reducer's arguments, the first where there is one. */
function commandIdOf({ product }: AlgebraicType): (args: BsatnReader) => string | undefined {
  const [first] = fieldsOf(product.elements);
  return first?.name === 'command_id' ? (args) => args.text() : () => undefined;
}
