import { Timestamp } from '@clockworklabs/spacetimedb-sdk';
import type { ExactRow } from '../database/history/exact-rows.ts';
import type { Page } from '../database/history/user-rows.ts';
import type { CommandReceipt, LoggedEvent, StreamHead } from '../database/bindings/index.ts';

/** Version of the format. */
export const FORMAT = 1;

/** The first line of a backup. Each line is JSON with one member, which names what it is: `header`, `event` … */
export interface BackupHeader {
  format: number;
  /** Version of the service that made it. */
  service: string;
  /** ISO 8601. */
  made_at: string;
  /** Whose history it is, 64 hex digits. */
  identity: string;
  /** The epoch of the history that it was made from. */
  epoch: string;
  events: number;
  /** The number that the next one of each kind gets. */
  next: Record<(typeof COUNTERS)[number][0], string>;
}

/** The last line. */
export interface BackupEnd {
  receipts: number;
}

const COUNTERS = [
  ['seq', 'nextSeq'],
  ['recording', 'nextRecordingId'],
  ['dictionary_entry', 'nextDictionaryEntryId'],
  ['voice_command', 'nextVoiceCommandId'],
  ['window_context', 'nextWindowContextId'],
] as const;

/** What the importer needs of an event; the rest of its line is only compared. */
export type BackedUpEvent = Pick<
  LoggedEvent,
  'seq' | 'eventType' | 'schemaVersion' | 'payload' | 'commandId' | 'occurredAt'
>;
export type BackedUpReceipt = Omit<CommandReceipt, 'rowKey' | 'ownerIdentity'>;

export type EventFields = ReturnType<typeof eventFields>;
export type ReceiptFields = ReturnType<typeof receiptFields>;

/** A page of a history as lines, to the last bit: counters and microseconds are decimal text. The log is in order. */
export function linesOf({ table, rows }: Page): string[] {
  if (table === 'stream_heads') return valuesOf<StreamHead>(rows).map((head) => nextLine(nextOf(head)));
  if (table === 'command_receipts')
    return valuesOf<CommandReceipt>(rows).map((row) => JSON.stringify({ receipt: receiptFields(row) }));
  return valuesOf<LoggedEvent>(rows)
    .sort((a, b) => Number(a.seq - b.seq))
    .map((row) => JSON.stringify({ event: eventFields(row) }));
}

export function nextOf(head: StreamHead): BackupHeader['next'] {
  return Object.fromEntries(
    COUNTERS.map(([name, column]) => [name, String(head[column])]),
  ) as BackupHeader['next'];
}

/** The head of a history without its epoch, as it is compared. */
export function nextLine(next: BackupHeader['next']): string {
  return JSON.stringify({ next });
}

/** @throws SyntaxError or TypeError when a number is none. */
export function eventOf(fields: EventFields): BackedUpEvent {
  return {
    seq: BigInt(fields.seq),
    eventType: fields.type,
    schemaVersion: fields.schema_version,
    payload: fields.payload,
    commandId: fields.command_id,
    occurredAt: new Timestamp(BigInt(fields.occurred_at)),
  };
}

/** @throws SyntaxError or TypeError when a number is none. */
export function receiptOf(fields: ReceiptFields): BackedUpReceipt {
  return {
    commandId: fields.command_id,
    fingerprint: fields.fingerprint,
    firstSeq: BigInt(fields.first_seq),
    lastSeq: BigInt(fields.last_seq),
    result: fields.result,
    createdAt: new Timestamp(BigInt(fields.created_at)),
  };
}

function eventFields(event: LoggedEvent) {
  return {
    seq: String(event.seq),
    type: event.eventType,
    schema_version: event.schemaVersion,
    area: event.area,
    entity_id: event.entityId,
    payload: event.payload,
    command_id: event.commandId,
    actor: event.actor.toHexString(),
    occurred_at: String(event.occurredAt.microsSinceUnixEpoch),
  };
}

function receiptFields(receipt: CommandReceipt) {
  return {
    command_id: receipt.commandId,
    fingerprint: receipt.fingerprint,
    first_seq: String(receipt.firstSeq),
    last_seq: String(receipt.lastSeq),
    result: receipt.result,
    created_at: String(receipt.createdAt.microsSinceUnixEpoch),
  };
}

function valuesOf<T>(rows: ExactRow[]): T[] {
  return rows.map(({ value }) => value as T);
}
