import { setImmediate as nextTurn } from 'node:timers/promises';
import { BsatnReader } from '../../bsatn/decode.ts';
import { BsatnWriter } from '../../bsatn/encode.ts';
import { CLIENT_MESSAGE, SERVER_MESSAGE, STATUS } from '../../bsatn/message-tags.ts';
import type { KeyedRow, RemoteModule, RemoteTable } from './remote-module.ts';

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

/** What a new subscription selects, by table; a row that two of its queries select is there twice. */
export type SubscribedRows = ReadonlyMap<string, KeyedRow[]>;

const FULL_UPDATE = 0;
/** As the SDK: nobody distinguishes answers by it. */
const REQUEST_ID = 0;
/** Kind, request id, host time and query id: what comes before a subscription's rows. */
const SUBSCRIPTION_HEAD = 1 + 4 + 8 + 4;
/** Read in one go, which takes a few milliseconds; then whatever else waits has its turn. */
const ROWS_AT_ONCE = 5_000;

const writer = new BsatnWriter(512);

/**
 * A CallReducer message of `v1.bsatn`: what the SDK sends, which builds its message types again for each call.
 * @param args BSATN product of the reducer's parameters.
 */
export function callReducerFrame(reducer: string, args: Uint8Array): Uint8Array {
  writer.u8(CLIENT_MESSAGE.callReducer);
  writer.text(reducer);
  writer.bytes(args);
  writer.u32(REQUEST_ID);
  writer.u8(FULL_UPDATE);
  return writer.take();
}

/**
 * Walks one server message of `v1.bsatn` without building anything. The SDK's message pump stops for good at the
 * first frame that it cannot parse, so a frame is checked before the SDK sees it.
 */
export function isServerFrame(frame: Uint8Array): boolean {
  const reader = new BsatnReader(frame);
  try {
    if (!passServerMessage(reader)) return false;
    reader.assertAtEnd();
    return true;
  } catch {
    return false;
  }
}

export function isTransactionFrame(frame: Uint8Array): boolean {
  return frame[0] === SERVER_MESSAGE.transactionUpdate;
}

export function carriesRows(frame: Uint8Array): boolean {
  return (
    frame[0] === SERVER_MESSAGE.subscribeMultiApplied || frame[0] === SERVER_MESSAGE.unsubscribeMultiApplied
  );
}

/** The same frame for the SDK, which would decode each row again and keep it. */
export function withoutRows(frame: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(SUBSCRIPTION_HEAD + 4);
  bytes.set(frame.subarray(0, SUBSCRIPTION_HEAD));
  return bytes;
}

/**
 * Reads the rows of a frame that {@link isServerFrame} has found well-formed; those that an ended subscription takes
 * away are of no interest.
 * @throws HeycatError INTERNAL for a row that cannot be read, or a table that the module does not have; BsatnError.
 */
export async function readSubscribed(frame: Uint8Array, module: RemoteModule): Promise<SubscribedRows> {
  const found = new Map<string, KeyedRow[]>();
  if (frame[0] !== SERVER_MESSAGE.subscribeMultiApplied) return found;
  const reader = new BsatnReader(frame, SUBSCRIPTION_HEAD);
  let untilPause = ROWS_AT_ONCE;
  for (let tables = reader.u32(); tables > 0; tables--) {
    reader.skip(4); // table id
    const { name, decode } = module.table(reader.text());
    const rows = found.get(name) ?? [];
    found.set(name, rows);
    reader.skip(8); // number of rows
    for (let updates = reader.u32(); updates > 0; updates--) {
      reader.u8(); // compression, which is none
      reader.rows(); // deletes, of which there are none
      const list = reader.rows();
      for (; !list.isAtEnd; untilPause--) {
        rows.push(decode(list));
        if (untilPause > 0) continue;
        await nextTurn();
        untilPause = ROWS_AT_ONCE;
      }
      list.assertAtEnd();
    }
  }
  return found;
}

/**
 * Reads a complete TransactionUpdate, which {@link isServerFrame} has found well-formed.
 * @param connectionId of the connection that it came over.
 * @throws HeycatError INTERNAL for a row that cannot be read, or a table that the module does not have; BsatnError.
 */
export function readTransaction(frame: Uint8Array, module: RemoteModule, connectionId: bigint): Transaction {
  const reader = new BsatnReader(frame);
  reader.u8(); // tag
  const status = reader.u8();
  const rows: RowEvent[] = [];
  let error: string | undefined;
  if (status === STATUS.committed) {
    for (let tables = reader.u32(); tables > 0; tables--) readTable(reader, module, rows);
  } else error = status === STATUS.failed ? reader.text() : 'INTERNAL: The engine ran out of energy.';
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
    readRows(reader.rows(), table, gone);
    readRows(reader.rows(), table, come);
  }
  for (const row of come.values()) events.push({ table: table.name, row, gone: false });
  for (const [key, row] of gone) if (!come.has(key)) events.push({ table: table.name, row, gone: true });
}

function readRows(rows: BsatnReader, { decode, keyOf }: RemoteTable, into: Map<unknown, KeyedRow>): void {
  while (!rows.isAtEnd) {
    const row = decode(rows);
    into.set(keyOf(row), row);
  }
  rows.assertAtEnd();
}

/** @returns false for a message that this client never asks for. */
function passServerMessage(reader: BsatnReader): boolean {
  switch (reader.u8()) {
    case SERVER_MESSAGE.transactionUpdate:
      return passTransaction(reader);
    case SERVER_MESSAGE.identityToken:
      reader.skip(32); // identity
      reader.skipBytes(); // token
      reader.skip(16); // connection id
      return true;
    case SERVER_MESSAGE.subscriptionError:
      reader.skip(8); // host time
      for (let ids = 3; ids > 0; ids--) if (!passOption(reader, 4)) return false; // request, query, table
      reader.skipBytes(); // error text
      return true;
    case SERVER_MESSAGE.subscribeMultiApplied:
    case SERVER_MESSAGE.unsubscribeMultiApplied:
      reader.skip(SUBSCRIPTION_HEAD - 1);
      return passTables(reader);
    default:
      return false;
  }
}

function passTransaction(reader: BsatnReader): boolean {
  const status = reader.u8();
  if (status === STATUS.failed)
    reader.skipBytes(); // error text
  else if (status === STATUS.committed ? !passTables(reader) : status !== STATUS.outOfEnergy) return false;
  reader.skip(8 + 32 + 16); // timestamp, caller, connection
  reader.skipBytes(); // reducer name
  reader.skip(4); // reducer id
  reader.skipBytes(); // arguments
  reader.skip(4 + 16 + 8); // request id, energy, host time
  return true;
}

function passTables(reader: BsatnReader): boolean {
  for (let tables = reader.u32(); tables > 0; tables--) {
    reader.skip(4); // table id
    reader.skipBytes(); // table name
    reader.skip(8); // row count
    for (let updates = reader.u32(); updates > 0; updates--) {
      if (reader.u8() !== 0) return false; // compressed
      reader.skipRows(); // deletes
      reader.skipRows(); // inserts
    }
  }
  return true;
}

function passOption(reader: BsatnReader, size: number): boolean {
  const tag = reader.u8();
  if (tag === 0) reader.skip(size);
  return tag <= 1;
}
