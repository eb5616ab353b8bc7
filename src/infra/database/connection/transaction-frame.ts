import { BsatnReader } from '../../bsatn/bsatn-reader.ts';
import type { KeyedRow, RemoteModule, RemoteTable } from './remote-module.ts';
import { openRows } from './row-list.ts';

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

export function isTransactionFrame(frame: Uint8Array): boolean {
  return frame[0] === TRANSACTION_UPDATE;
}

/**
 * Reads a whole TransactionUpdate, which {@link isServerFrame} has found well-formed.
 * @param connectionId of the connection that it came over.
 * @throws HeycatError INTERNAL for a row that cannot be read, or a table that the module does not have.
 */
export function readTransaction(frame: Uint8Array, module: RemoteModule, connectionId: bigint): Transaction {
  const reader = new BsatnReader(frame);
  reader.u8(); // tag
  const status = reader.u8();
  const rows: RowEvent[] = [];
  let error: string | undefined;
  if (status === COMMITTED) {
    for (let tables = reader.u32(); tables > 0; tables--) readTable(reader, module, rows);
  } else error = status === FAILED ? reader.text() : 'INTERNAL: The engine ran out of energy.';
  reader.skip(8 + 32); // time, caller
  const isOurs = reader.u128() === connectionId;
  const reducer = module.reducers[reader.text()];
  reader.skip(4); // reducer id
  if (!isOurs || reducer === undefined) return { rows };
  const commandId = reducer.readCommandId(reader.part());
  return { rows, outcome: error === undefined ? { commandId } : { commandId, error } };
}

/** A row that changed comes as one that goes and one that comes; overlapping subscriptions bring each row twice. */
function readTable(reader: BsatnReader, module: RemoteModule, events: RowEvent[]): void {
  reader.skip(4); // table id
  const table = module.table(reader.text());
  reader.skip(8); // number of rows
  const gone = new Map<unknown, KeyedRow>();
  const come = new Map<unknown, KeyedRow>();
  for (let updates = reader.u32(); updates > 0; updates--) {
    reader.u8(); // compression, which is none
    readRows(openRows(reader), table, gone);
    readRows(openRows(reader), table, come);
  }
  for (const row of come.values()) events.push({ table: table.name, row, gone: false });
  for (const [key, row] of gone) if (!come.has(key)) events.push({ table: table.name, row, gone: true });
}

function readRows(rows: BsatnReader, { decode, keyOf }: RemoteTable, into: Map<unknown, KeyedRow>): void {
  while (!rows.isAtEnd) {
    const row = decode(rows);
    into.set(keyOf(row), row);
  }
  rows.assertWhole();
}
