import type { TableSchema } from '../module-host.ts';
import type { BsatnWriter } from '../../../bsatn/encode.ts';
import { SERVER_MESSAGE, STATUS } from '../../../bsatn/message-tags.ts';

/** The server's messages of `v1.bsatn` that clients of the 1.x SDKs get, written straight into a frame. */

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
  writer: BsatnWriter,
  identity: Uint8Array,
  connectionId: Uint8Array,
): void {
  writer.u8(SERVER_MESSAGE.identityToken);
  writer.raw(identity);
  // Nobody but this process can connect, so there is nothing to prove again with a token.
  writer.text('');
  writer.raw(connectionId);
}

export function writeSubscribed(writer: BsatnWriter, ref: RequestRef, tables: readonly TableUpdate[]): void {
  writeApplied(writer, SERVER_MESSAGE.subscribeMultiApplied, ref);
  writeDatabaseUpdate(writer, tables);
}

export function writeUnsubscribed(
  writer: BsatnWriter,
  ref: RequestRef,
  tables: readonly TableUpdate[],
): void {
  writeApplied(writer, SERVER_MESSAGE.unsubscribeMultiApplied, ref);
  writeDatabaseUpdate(writer, tables);
}

export function writeSubscriptionError(writer: BsatnWriter, ref: RequestRef, error: string): void {
  writer.u8(SERVER_MESSAGE.subscriptionError);
  writer.zeros(8);
  for (const id of [ref.requestId, ref.queryId]) {
    writer.u8(0);
    writer.u32(id);
  }
  writer.u8(1); // no table id
  writer.text(error);
}

export function writeCommitted(writer: BsatnWriter, call: CallRecord, tables: readonly TableUpdate[]): void {
  writer.u8(SERVER_MESSAGE.transactionUpdate);
  writer.u8(STATUS.committed);
  writeDatabaseUpdate(writer, tables);
  writeCall(writer, call);
}

export function writeFailed(writer: BsatnWriter, call: CallRecord, error: string): void {
  writer.u8(SERVER_MESSAGE.transactionUpdate);
  writer.u8(STATUS.failed);
  writer.text(error);
  writeCall(writer, call);
}

function writeApplied(writer: BsatnWriter, tag: number, ref: RequestRef): void {
  writer.u8(tag);
  writer.u32(ref.requestId);
  writer.zeros(8); // host time
  writer.u32(ref.queryId);
}

function writeCall(writer: BsatnWriter, call: CallRecord): void {
  writer.i64(call.timestampMicros);
  writer.raw(call.identity);
  writer.raw(call.connectionId);
  writer.text(call.reducer);
  writer.u32(call.reducerId);
  writer.bytes(call.args);
  writer.u32(call.requestId);
  writer.zeros(16 + 8); // energy, host time
}

function writeDatabaseUpdate(writer: BsatnWriter, tables: readonly TableUpdate[]): void {
  writer.u32(tables.length);
  for (const { table, updates } of tables) {
    writer.u32(table.id);
    writer.text(table.name);
    writer.u64(updates.reduce((sum, update) => sum + update.inserts.length + update.deletes.length, 0));
    writer.u32(updates.length);
    for (const update of updates) {
      writer.u8(0); // uncompressed
      writer.rows(update.deletes);
      writer.rows(update.inserts);
    }
  }
}
