import type { TableSchema } from '../module-host.ts';
import type { FrameWriter } from './frame-writer.ts';

/**
 * The server's messages of `v1.bsatn` that clients of the 1.x SDKs get, written straight into a frame.
 * Source: crate spacetimedb-client-api-messages 1.2.0, websocket.rs.
 */
const TAG = {
  transactionUpdate: 1,
  identityToken: 3,
  subscriptionError: 7,
  subscribeMultiApplied: 8,
  unsubscribeMultiApplied: 9,
} as const;

/** What names one request of a connection. */
export interface RequestRef {
  requestId: number;
  queryId: number;
}

/** What one query has to say about its table. */
export interface QueryUpdate {
  inserts: readonly Uint8Array[];
  deletes: readonly Uint8Array[];
}

export interface TableUpdate {
  table: TableSchema;
  updates: QueryUpdate[];
}

/** A finished reducer call, as its caller and every subscriber learn of it. */
export interface CallRecord {
  timestampMicros: bigint;
  /** 32 bytes, lowest first. */
  identity: Uint8Array;
  /** 16 bytes. */
  connectionId: Uint8Array;
  reducer: string;
  reducerId: number;
  args: Uint8Array;
  requestId: number;
}

export function writeIdentityToken(
  writer: FrameWriter,
  identity: Uint8Array,
  connectionId: Uint8Array,
): void {
  writer.u8(TAG.identityToken);
  writer.raw(identity);
  // Nobody but this process can connect, so there is nothing to prove again with a token.
  writer.text('');
  writer.raw(connectionId);
}

export function writeSubscribed(writer: FrameWriter, ref: RequestRef, tables: readonly TableUpdate[]): void {
  writeApplied(writer, TAG.subscribeMultiApplied, ref);
  writeDatabaseUpdate(writer, tables);
}

export function writeUnsubscribed(
  writer: FrameWriter,
  ref: RequestRef,
  tables: readonly TableUpdate[],
): void {
  writeApplied(writer, TAG.unsubscribeMultiApplied, ref);
  writeDatabaseUpdate(writer, tables);
}

export function writeSubscriptionError(writer: FrameWriter, ref: RequestRef, error: string): void {
  writer.u8(TAG.subscriptionError);
  writer.zeros(8);
  for (const id of [ref.requestId, ref.queryId]) {
    writer.u8(0);
    writer.u32(id);
  }
  writer.u8(1); // no table id
  writer.text(error);
}

export function writeCommitted(writer: FrameWriter, call: CallRecord, tables: readonly TableUpdate[]): void {
  writer.u8(TAG.transactionUpdate);
  writer.u8(0);
  writeDatabaseUpdate(writer, tables);
  writeCall(writer, call);
}

export function writeFailed(writer: FrameWriter, call: CallRecord, error: string): void {
  writer.u8(TAG.transactionUpdate);
  writer.u8(1);
  writer.text(error);
  writeCall(writer, call);
}

function writeApplied(writer: FrameWriter, tag: number, ref: RequestRef): void {
  writer.u8(tag);
  writer.u32(ref.requestId);
  writer.zeros(8); // host time
  writer.u32(ref.queryId);
}

function writeCall(writer: FrameWriter, call: CallRecord): void {
  writer.i64(call.timestampMicros);
  writer.raw(call.identity);
  writer.raw(call.connectionId);
  writer.text(call.reducer);
  writer.u32(call.reducerId);
  writer.bytes(call.args);
  writer.u32(call.requestId);
  writer.zeros(16 + 8); // energy, host time
}

function writeDatabaseUpdate(writer: FrameWriter, tables: readonly TableUpdate[]): void {
  writer.u32(tables.length);
  for (const { table, updates } of tables) {
    writer.u32(table.id);
    writer.text(table.name);
    writer.u64(updates.reduce((sum, update) => sum + update.inserts.length + update.deletes.length, 0));
    writer.u32(updates.length);
    for (const update of updates) {
      writer.u8(0); // uncompressed
      writeRows(writer, update.deletes);
      writeRows(writer, update.inserts);
    }
  }
}

/** Rows of one size are told by it; the SDK decodes a list of offsets number by number. */
function writeRows(writer: FrameWriter, rows: readonly Uint8Array[]): void {
  const size = rows[0]?.length ?? 0;
  let total = 0;
  let isFixed = size < 2 ** 16;
  for (const row of rows) {
    total += row.length;
    isFixed &&= row.length === size;
  }
  writer.reserve(total + 8 * rows.length + 16);
  if (isFixed) {
    writer.u8(0);
    writer.u16(size);
  } else {
    writer.u8(1);
    writeOffsets(writer, rows);
  }
  writer.u32(total);
  for (const row of rows) writer.raw(row);
}

function writeOffsets(writer: FrameWriter, rows: readonly Uint8Array[]): void {
  let offset = 0;
  writer.u32(rows.length);
  for (const row of rows) {
    writer.u64(offset);
    offset += row.length;
  }
}
