import { BinaryReader } from '@clockworklabs/spacetimedb-sdk';

/** What one server frame says, without what differs from call to call: times, durations, energy, connection ids. */
export type Told =
  | { kind: 'greeting'; identity: string }
  | { kind: 'committed'; call: ToldCall; tables: ToldTable[] }
  | { kind: 'failed'; call: ToldCall; error: string }
  | { kind: 'subscribed' | 'unsubscribed'; queryId: number; tables: ToldTable[] }
  | { kind: 'refused'; queryId: number | undefined; error: string };

export interface ToldCall {
  reducer: string;
  caller: string;
  args: string;
}

export interface ToldTable {
  name: string;
  /** In an order of their own: one for each query that had something to say; rows in hex, sorted. */
  updates: { inserts: string[]; deletes: string[] }[];
}

/** Reads a frame of `v1.bsatn`; throws RangeError when it is none. */
export function readServerFrame(frame: Uint8Array): Told {
  const reader = new BinaryReader(frame);
  const tag = reader.readU8();
  if (tag === 1) return transactionUpdate(reader);
  if (tag === 3) return { kind: 'greeting', identity: hex256(reader) };
  if (tag === 7) return subscriptionError(reader);
  if (tag !== 8 && tag !== 9) throw new RangeError(`a frame of kind ${tag}`);
  reader.readU32();
  reader.readU64();
  const queryId = reader.readU32();
  return { kind: tag === 8 ? 'subscribed' : 'unsubscribed', queryId, tables: databaseUpdate(reader) };
}

function transactionUpdate(reader: BinaryReader): Told {
  const failed = reader.readU8() === 1;
  const error = failed ? reader.readString() : '';
  const tables = failed ? [] : databaseUpdate(reader);
  reader.readI64();
  const caller = hex256(reader);
  reader.readU128();
  const reducer = reader.readString();
  reader.readU32();
  const call = { reducer, caller, args: hex(reader.readUInt8Array()) };
  return failed ? { kind: 'failed', call, error } : { kind: 'committed', call, tables };
}

function subscriptionError(reader: BinaryReader): Told {
  reader.readU64();
  const option = () => (reader.readU8() === 0 ? reader.readU32() : undefined);
  option();
  const queryId = option();
  option();
  return { kind: 'refused', queryId, error: reader.readString() };
}

function databaseUpdate(reader: BinaryReader): ToldTable[] {
  const tables = new Map<string, ToldTable>();
  for (let left = reader.readU32(); left > 0; left--) {
    reader.readU32();
    const name = reader.readString();
    reader.readU64();
    const table = tables.get(name) ?? { name, updates: [] };
    tables.set(name, table);
    for (let updates = reader.readU32(); updates > 0; updates--) {
      if (reader.readU8() !== 0) throw new RangeError('compressed');
      const update = { deletes: rows(reader, name), inserts: rows(reader, name) };
      if (update.deletes.length + update.inserts.length > 0) table.updates.push(update);
    }
  }
  for (const { updates } of tables.values()) {
    updates.sort((left, right) => JSON.stringify(left).localeCompare(JSON.stringify(right)));
  }
  return [...tables.values()]
    .filter(({ updates }) => updates.length > 0)
    .sort((left, right) => left.name.localeCompare(right.name));
}

function rows(reader: BinaryReader, table: string): string[] {
  const isFixed = reader.readU8() === 0;
  const size = isFixed ? reader.readU16() : 0;
  const offsets: number[] = [];
  if (!isFixed) for (let left = reader.readU32(); left > 0; left--) offsets.push(Number(reader.readU64()));
  const bytes = reader.readUInt8Array();
  if (isFixed) for (let at = 0; at < bytes.length; at += size) offsets.push(at);
  return offsets
    .map((start, index) => hex(masked(table, bytes.slice(start, offsets[index + 1] ?? bytes.length))))
    .sort();
}

const EPOCH_AT = 16 + 32 + 4;
/** Blanks what an engine makes up by chance or from its clock, by table of either module. */
const MASKS: Readonly<Record<string, (row: Uint8Array) => void>> = {
  stream_heads: (row) => row.fill(0, EPOCH_AT, EPOCH_AT + 32),
  members: (row) => row.fill(0, row.length - 8),
  sessions: (row) => row.fill(0, 0, 16),
  times: (row) => row.fill(0, row.length - 8),
};

function masked(table: string, row: Uint8Array): Uint8Array {
  MASKS[table]?.(row);
  return row;
}

function hex256(reader: BinaryReader): string {
  return reader.readU256().toString(16).padStart(64, '0');
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
