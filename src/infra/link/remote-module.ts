import type { AlgebraicType, BinaryReader } from '@clockworklabs/spacetimedb-sdk';
import type { Area } from '../../events/areas.ts';
import type { GeneratedModule } from './generated-module.ts';
import { compileDecoder, fieldsOf, readText, type Decode } from './schema-codec.ts';

/** Primary key of a row: kept beside its columns where neither JSON, Object.keys nor console.log sees it. */
export const ROW_KEY = Symbol('rowKey');

/** A decoded row in wire form. */
export interface KeyedRow extends Record<string, unknown> {
  [ROW_KEY]: unknown;
}

/** State tables by area. */
export const STATE_TABLES: Readonly<Record<Area, string>> = {
  recordings: 'recordings',
  settings: 'settings',
  dictionary: 'dictionary_entries',
  voice_commands: 'voice_commands',
  window_contexts: 'window_contexts',
};

/** Every table that the link subscribes to. */
export const OWNER_TABLES = [...Object.values(STATE_TABLES), 'event_log', 'command_receipts', 'stream_heads'];

/** Columns that hold JSON text in the table and are told as the value itself. */
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

export interface RemoteModuleOptions {
  generated: GeneratedModule;
  /** Identity whose rows are decoded, as a number; a row of anybody else is a failure. */
  owner: bigint;
  /** A row that cannot be decoded must not stop the SDK's message pump: it is told here instead. */
  onBadRow(table: string): void;
}

export type RemoteModule = ReturnType<typeof remoteModule>;

/**
 * The generated module description with decoders of our own: rows come out in wire form, and of a reducer's
 * arguments only the command id is read.
 */
export function remoteModule({ generated, owner, onBadRow }: RemoteModuleOptions) {
  const tables = Object.fromEntries(
    OWNER_TABLES.map((name) => {
      const decode = compileRow(name, generated.tables[name]!.rowType, owner);
      const deserialize = guarded(decode, () => onBadRow(name));
      const primaryKeyInfo = { colName: ROW_KEY, colType: { intoMapKey: (key: unknown) => key } };
      return [name, { tableName: name, rowType: { deserialize }, primaryKeyInfo }];
    }),
  );
  const reducers = Object.fromEntries(
    Object.entries(generated.reducers).map(([name, { argsType }]) => [
      name,
      { readCommandId: commandIdOf(argsType) },
    ]),
  );
  return {
    tables,
    reducers,
    versionInfo: generated.versionInfo,
    eventContextConstructor: (_connection: unknown, event: unknown) => ({ event }),
    dbViewConstructor: () => undefined,
    reducersConstructor: () => undefined,
    setReducerFlagsConstructor: () => undefined,
  };
}

function compileRow(table: string, type: AlgebraicType, owner: bigint): Decode {
  const columns = fieldsOf(type).map(({ name, type: column }) => ({
    name: WIRE_NAMES[name] ?? name,
    decode: JSON_COLUMNS.has(`${table}.${name}`) ? readJson : compileDecoder(column),
    hidden: KEY_COLUMNS.has(name),
  }));
  return (reader) => {
    const row = {} as KeyedRow;
    for (const { name, decode, hidden } of columns) {
      if (name === 'owner_identity') checkOwner(reader, owner);
      else if (name === 'row_key') Object.defineProperty(row, ROW_KEY, { value: decode(reader) });
      else if (hidden) decode(reader);
      else row[name] = decode(reader);
    }
    return row;
  };
}

function checkOwner(reader: BinaryReader, owner: bigint): void {
  if (reader.readU256() !== owner) throw new RangeError('a row of another owner');
}

function readJson(reader: BinaryReader): unknown {
  return JSON.parse(readText(reader));
}

/** The SDK reads rows until the list's end, so a failed decode must use the rest up. */
function guarded(decode: Decode, onFailure: () => void): Decode {
  return (reader) => {
    try {
      return decode(reader);
    } catch {
      onFailure();
      exhaust(reader);
      return { [ROW_KEY]: Symbol('bad row') };
    }
  };
}

function exhaust(reader: BinaryReader): void {
  try {
    for (;;) reader.readU8();
  } catch {
    // The end of the buffer: nothing is left to read wrongly.
  }
}

/** Of a reducer's arguments only the command id is read, the first where there is one. */
function commandIdOf(argsType: AlgebraicType): (args: BinaryReader) => string | undefined {
  return fieldsOf(argsType)[0]?.name === 'command_id' ? readText : () => undefined;
}
