import { BinaryReader } from '@clockworklabs/spacetimedb-sdk';
import { ROW_KEY, type KeyedRow, type RemoteModule } from './remote-module.ts';
import { readText, type Decode } from './schema-codec.ts';

/** One row that a transaction wrote, or took away. */
export interface RowEvent {
  table: string;
  row: KeyedRow;
  gone: boolean;
}

/** How one reducer call ended. `error` is the module's text. */
export interface CallOutcome {
  commandId: string | undefined;
  error?: string;
}

/** All that one transaction did to the owner's rows. */
export interface Transaction {
  rows: RowEvent[];
  /** Present when this connection made the call. */
  outcome?: CallOutcome;
}

const TRANSACTION_UPDATE = 1;
const COMMITTED = 0;
const FAILED = 1;
const FIXED_SIZE_ROWS = 0;

export function isTransactionFrame(frame: Uint8Array): boolean {
  return frame[0] === TRANSACTION_UPDATE;
}

/**
 * Reads a whole TransactionUpdate, which {@link isServerFrame} has found well-formed.
 * @param connectionId of the connection that it came over.
 * @throws RangeError for a table that the module does not have.
 */
export function readTransaction(frame: Uint8Array, module: RemoteModule, connectionId: bigint): Transaction {
  const reader = new BinaryReader(frame);
  reader.readU8(); // tag
  const status = reader.readU8();
  const rows: RowEvent[] = [];
  let error: string | undefined;
  if (status === COMMITTED) {
    for (let tables = reader.readU32(); tables > 0; tables--) readTable(reader, module, rows);
  } else error = status === FAILED ? readText(reader) : 'INTERNAL: The engine ran out of energy.';
  reader.readU64(); // time
  reader.readU256(); // caller
  const isOurs = reader.readU128() === connectionId;
  const reducer = module.reducers[readText(reader)];
  reader.readU32(); // reducer id
  if (!isOurs || reducer === undefined) return { rows };
  const commandId = reducer.readCommandId(new BinaryReader(reader.readUInt8Array()));
  return { rows, outcome: error === undefined ? { commandId } : { commandId, error } };
}

/** A row that changed comes as one that goes and one that comes; overlapping subscriptions bring each row twice. */
function readTable(reader: BinaryReader, module: RemoteModule, events: RowEvent[]): void {
  reader.readU32(); // table id
  const table = readText(reader);
  reader.readU64(); // number of rows
  const decode = module.tables[table]?.rowType.deserialize;
  if (decode === undefined) throw new RangeError(`there is no table ${table}`);
  const gone = new Map<unknown, KeyedRow>();
  const come = new Map<unknown, KeyedRow>();
  for (let updates = reader.readU32(); updates > 0; updates--) {
    reader.readU8(); // compression, which is none
    readRows(reader, decode, gone);
    readRows(reader, decode, come);
  }
  for (const row of come.values()) events.push({ table, row, gone: false });
  for (const [key, row] of gone) if (!come.has(key)) events.push({ table, row, gone: true });
}

function readRows(reader: BinaryReader, decode: Decode, into: Map<unknown, KeyedRow>): void {
  if (reader.readU8() === FIXED_SIZE_ROWS) reader.readU16();
  else for (let offsets = reader.readU32(); offsets > 0; offsets--) reader.readU64();
  const bytes = reader.readUInt8Array();
  const end = bytes.byteOffset + bytes.byteLength;
  const rows = new BinaryReader(bytes);
  while (rows.offset < end) {
    const row = decode(rows) as KeyedRow;
    into.set(row[ROW_KEY], row);
  }
}
