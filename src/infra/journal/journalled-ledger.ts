import { randomUUID } from 'node:crypto';
import type { EventBus } from '@nestjs/cqrs';
import type {
  Applied,
  CommandLedger,
  CommandSubmission,
  Queued,
  Submitted,
} from '../../commands/command-ledger.ts';
import { HeycatError } from '../../errors.ts';
import type { Receipt } from '../../events/change-feed.ts';
import { LiveEvent } from '../../events/live-event.ts';
import type { CommandHistory, CommandOutcome, QueuedCommand } from '../../queries/system/command-history.ts';
import type { DiskRoom } from '../process/files/disk-room.ts';
import { BusyWait, deferred } from '../process/waiting.ts';
import type { EngineConnection } from '../database/connection/engine-connection.ts';
import { receiptOf } from '../database/connection/receipts.ts';
import { BackedUp, type NewestBackup } from './backed-up.ts';
import type { CommandJournal } from './command-journal.ts';
import { Delivery, outboundCommand, takenUp, type OutboundCommand } from './delivery.ts';
import { argsOf, isSame, type AppliedOutcome, type JournalEntry } from './journal-record.ts';
import { Retention } from './retention.ts';

const DEFAULT_WAIT_MS = 2_000;
/** Longer than a command takes with a running engine and a fast disk. */
const SHORT_MS = 2;

export interface LedgerOptions {
  connection: EngineConnection;
  journal: CommandJournal;
  /** The disk of journal and engine; if absent, space is assumed to be sufficient. */
  room?: Pick<DiskRoom, 'shortage' | 'assertEnough'>;
  /** The newest backup of the data; if absent, no backups are made and nothing is kept for one. */
  newestBackup?: () => NewestBackup | undefined;
  /** Receives the outcome of commands that were answered `queued`. */
  events: Pick<EventBus, 'publish'>;
  now?: () => Date;
}

/**
 * Applies every command exactly once and in order, whatever process ends in between: each is durable here before it is
 * sent, or in the engine before it is acknowledged; the module's receipts make repetitions harmless.
 */
export class JournalledLedger implements CommandLedger, CommandHistory {
  readonly #connection: EngineConnection;
  readonly #journal: CommandJournal;
  readonly #room: LedgerOptions['room'];
  readonly #backedUp: BackedUp;
  readonly #events: LedgerOptions['events'];
  readonly #now: () => Date;
  readonly #delivery: Delivery;
  readonly #retention = new Retention();
  /** The number of heartbeats that the engine answered while it could write. */
  #written = 0;
  /** Commands that have not ended. */
  readonly #open = new Map<string, OutboundCommand>();
  /** Commands that have ended and are still in the journal. */
  readonly #ended = new Map<string, JournalEntry>();
  /** Functions that end each wait early. Racing with a long-lived promise would retain every command ever waited for. */
  readonly #waits = new Set<() => void>();
  readonly #busyWait = new BusyWait(SHORT_MS);
  #isClosed = false;

  constructor({ connection, journal, room, newestBackup, events, now = () => new Date() }: LedgerOptions) {
    this.#connection = connection;
    this.#journal = journal;
    this.#room = room;
    this.#backedUp = new BackedUp(connection, newestBackup);
    this.#events = events;
    this.#now = now;
    this.#delivery = new Delivery({
      connection,
      journal,
      mayWrite: () => room?.shortage === undefined,
      onEnd: (command, end) => void this.#onEnd(command, end),
      onAgain: (entry, end) => this.#onAgain(entry, end),
    });
    for (const entry of journal.entries()) this.#takeUp(entry);
    connection.listen({ onHeartbeat: () => this.#tidy() });
  }

  get counts(): { pending: number; dead: number } {
    return this.#journal.counts;
  }

  /** True if a backup is needed soon: otherwise a part of the history would be in no backup and in no journal. */
  get needsBackup(): boolean {
    return this.#backedUp.isOfAnother || this.#retention.isFilling(this.#backedUp.seq);
  }

  async submit({ reducer, command_id = randomUUID(), args, wait_ms }: CommandSubmission): Promise<Submitted> {
    const command = this.#open.get(command_id);
    if (command !== undefined) {
      if (!isSame(command.command, reducer, args)) throw reused(command_id);
    } else {
      const ended = this.#ended.get(command_id);
      if (ended?.applied !== undefined) {
        if (!isSame({ ...ended, args: argsOf(ended) }, reducer, args)) throw reused(command_id);
        return appliedOf(command_id, ended.applied);
      }
      // In one write with the new entry.
      if (ended !== undefined) this.#forget(ended);
    }
    return this.#wait(command ?? this.#start(reducer, command_id, args), wait_ms);
  }

  async settled(commandId: string): Promise<Applied> {
    const command = this.#open.get(commandId);
    const ended = this.#ended.get(commandId);
    if (command === undefined && ended?.applied !== undefined) return appliedOf(commandId, ended.applied);
    if (command === undefined) throw notFound(commandId);
    return command.end.promise;
  }

  find(commandId: string): Promise<Receipt | undefined> {
    return receiptOf(this.#connection, commandId);
  }

  async outcome(command_id: string): Promise<CommandOutcome | undefined> {
    const open = this.#open.get(command_id)?.entry;
    if (open !== undefined) return { status: 'queued', command_id, position: open.position };
    const { failed, applied } = this.#ended.get(command_id) ?? {};
    if (failed !== undefined) return { status: 'failed', command_id, ...failed };
    if (applied !== undefined) return { ...appliedOf(command_id, applied), created_at: applied.created_at };
    const receipt = await this.find(command_id);
    if (receipt === undefined) return undefined;
    const { last_seq: seq, result, created_at } = receipt;
    return { status: 'applied', command_id, seq, result, created_at };
  }

  queue(): QueuedCommand[] {
    const open = [...this.#journal.entries()].filter(({ applied }) => applied === undefined);
    return open.map(({ command_id, position, reducer, issued_at, failed }) => ({
      command_id,
      position,
      reducer,
      issued_at,
      status: failed === undefined ? 'queued' : 'failed',
      ...(failed && { code: failed.code, message: failed.message }),
    }));
  }

  async retry(commandId: string, waitMs?: number): Promise<Submitted> {
    const entry = this.#failed(commandId);
    const { reducer, command_id } = entry;
    return this.submit({ reducer, command_id, args: argsOf(entry), wait_ms: waitMs });
  }

  async drop(commandId: string): Promise<void> {
    const entry = this.#failed(commandId);
    this.#ended.delete(commandId);
    await this.#journal.remove(entry);
  }

  /** Answers all who wait that their commands are queued, and closes the journal. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const end of this.#waits) end();
    this.#delivery.writeNow();
    await this.#journal.close();
  }

  #start(reducer: string, command_id: string, args: Record<string, unknown>): OutboundCommand {
    this.#room?.assertEnough();
    const since = this.#connection.epoch === undefined ? -1 : this.#connection.seq;
    const issued_at = this.#now().toISOString();
    const command = outboundCommand({ command_id, reducer, args, issued_at, since });
    this.#open.set(command_id, command);
    if (this.#connection.isDurable && this.#delivery.isFree) this.#delivery.sendNow(command);
    else
      this.#delivery.enqueue(command).catch((error: unknown) => {
        this.#open.delete(command_id);
        command.end.reject(error);
      });
    return command;
  }

  async #wait(command: OutboundCommand, waitMs = DEFAULT_WAIT_MS): Promise<Submitted> {
    command.callers += 1;
    this.#busyWait.begin();
    const late = deferred<undefined>();
    const end = () => late.resolve(undefined);
    const timer = setTimeout(end, this.#isClosed ? 0 : waitMs);
    this.#waits.add(end);
    try {
      const applied = await Promise.race([command.end.promise, late.promise]);
      return applied ?? (await this.#queued(command));
    } finally {
      this.#busyWait.end();
      clearTimeout(timer);
      this.#waits.delete(end);
      command.callers -= 1;
    }
  }

  /** The command takes longer than its caller waits: it must be durable from here on. */
  async #queued(command: OutboundCommand): Promise<Submitted> {
    const { command_id } = command.command;
    if (command.entry === undefined) await this.#delivery.keep(command);
    this.#delivery.writeNow();
    await command.durable;
    // It may have ended in the meantime, perhaps with an error that is still being written.
    if (command.entry === undefined || this.#open.get(command_id) !== command) return command.end.promise;
    command.wasQueued = true;
    return { status: 'queued', command_id, position: command.entry.position } satisfies Queued;
  }

  async #onEnd(command: OutboundCommand, end: Receipt | HeycatError): Promise<void> {
    const { entry, wasQueued } = command;
    const { command_id } = command.command;
    this.#open.delete(command_id);
    if (!(end instanceof HeycatError)) {
      const { first_seq, last_seq: seq, result, created_at } = end;
      if (entry !== undefined) this.#keep(entry, { first_seq, seq, result, created_at });
      command.end.resolve(appliedOf(command_id, { seq, result }));
      if (wasQueued)
        this.#events.publish(new LiveEvent('queued_command_applied', { command_id, seq, result }));
      return;
    }
    // Durable before it is reported: a rejected command must not be sent again after a crash.
    if (entry !== undefined && !wasQueued && command.callers > 0) await this.#journal.remove(entry);
    else if (entry !== undefined) await this.#deadLetter(entry, end);
    command.end.reject(end);
  }

  #onAgain(entry: JournalEntry, end: Receipt | HeycatError): void {
    if (end instanceof HeycatError) return void this.#deadLetter(entry, end);
    const { first_seq, last_seq: seq, result, created_at } = end;
    this.#keep(entry, { first_seq, seq, result, created_at });
  }

  /** Keeps an applied command until it can no longer be lost. */
  #keep(entry: JournalEntry, outcome: AppliedOutcome): void {
    if (this.#connection.isDurable) return this.#forget(entry);
    this.#journal.applied(entry, outcome);
    this.#ended.set(entry.command_id, entry);
    this.#retention.keep(entry, this.#written);
  }

  async #deadLetter(entry: JournalEntry, { code, message }: HeycatError): Promise<void> {
    const { command_id } = entry;
    this.#retention.release(entry);
    this.#ended.set(command_id, entry);
    await this.#journal.failed(entry, { code, message, failed_at: this.#now().toISOString() });
    this.#events.publish(new LiveEvent('queued_command_failed', { command_id, code, message }));
  }

  #takeUp(entry: JournalEntry): void {
    const { command_id, applied, failed } = entry;
    if (applied !== undefined) this.#retention.keep(entry, this.#written);
    if (applied !== undefined || failed !== undefined) return void this.#ended.set(command_id, entry);
    try {
      const command = takenUp(entry);
      this.#open.set(command_id, command);
      this.#delivery.takeUp(command);
    } catch (thrown) {
      // The module has changed since, and the arguments no longer fit.
      void this.#deadLetter(entry, HeycatError.from(thrown));
    }
  }

  #forget(entry: JournalEntry): void {
    if (this.#ended.get(entry.command_id) === entry) this.#ended.delete(entry.command_id);
    this.#journal.forget(entry);
  }

  #tidy(): void {
    // Commands acknowledged while the disk is full are not on it.
    if (this.#room?.shortage === undefined) this.#written += 1;
    const { settled, gone } = this.#retention.tidy(this.#written, this.#backedUp.seq);
    this.#journal.settled(settled);
    for (const entry of gone) this.#forget(entry);
    this.#delivery.writeNow();
    void this.#journal.flush();
  }

  #failed(commandId: string): JournalEntry {
    const entry = this.#ended.get(commandId);
    if (entry?.failed === undefined) throw notFound(commandId);
    return entry;
  }
}

function appliedOf(command_id: string, { seq, result }: Pick<Applied, 'seq' | 'result'>): Applied {
  return { status: 'applied', command_id, seq, result };
}

function reused(command_id: string): HeycatError {
  const text = `The command_id ${command_id} was used for another command; choose a new one`;
  return new HeycatError('COMMAND_REUSED', text);
}

function notFound(command_id: string): HeycatError {
  return new HeycatError(
    'NOT_FOUND',
    'No command with that id is waiting, and there is no dead letter with it.',
    { command_id },
  );
}
