import type { HeycatError } from '../../errors.ts';
import type { Applied } from '../../commands/command-ledger.ts';
import { deferred, type Deferred } from '../process/promises.ts';
import { encodeCall } from '../database/connection/remote-module.ts';
import { argsOf, type JournalEntry, type NewEntry } from './journal-record.ts';

/** A command that has not ended. */
export interface OutboundCommand {
  readonly command: NewEntry;
  /** Its arguments as they are sent. */
  readonly bytes: Uint8Array;
  /** Settled once, when the command ends. */
  readonly end: Deferred<Applied>;
  /** Set once it is in the journal. */
  entry?: JournalEntry;
  /** Resolves when the entry is on disk. */
  durable?: Promise<void>;
  /** How many wait for its end; when it ends without any, or after one was told that it is queued, it is told as an event. */
  callers: number;
  wasQueued: boolean;
  /** {@link EngineConnection.heard} when it was sent. */
  sentAt: number;
}

/** @throws HeycatError when an argument does not fit the reducer. */
export function outboundCommand(command: NewEntry): OutboundCommand {
  return { command, bytes: bytesOf(command), end: deferred(), callers: 0, wasQueued: false, sentAt: 0 };
}

/** A command of the journal, taken up again. @throws as {@link outboundCommand}. */
export function takenUp(entry: JournalEntry): OutboundCommand {
  const { command_id, reducer, issued_at, since } = entry;
  const command = { command_id, reducer, issued_at, since, args: argsOf(entry) };
  return { ...outboundCommand(command), entry, durable: Promise.resolve(), wasQueued: true };
}

/** What is sent for an entry, also one that has been applied. @throws as {@link outboundCommand}. */
export function bytesOf({ reducer, command_id, issued_at, args }: Omit<NewEntry, 'since'>): Uint8Array {
  return encodeCall(reducer, { command_id, issued_at, ...args });
}

/** The same command for the same purpose: it would have the same effect. */
export function isSame(
  one: Pick<NewEntry, 'reducer' | 'args'>,
  reducer: string,
  args: Record<string, unknown>,
): boolean {
  return one.reducer === reducer && JSON.stringify(one.args) === JSON.stringify(args);
}

/** True of what the session's end says of a call, and not of the module's own refusals. */
export function isUnknown({ code, details }: HeycatError): boolean {
  return code === 'ENGINE_UNAVAILABLE' && details['outcome'] !== undefined;
}
