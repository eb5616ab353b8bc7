import type { Applied } from '../../commands/command-ledger.ts';
import { HeycatError } from '../../errors.ts';
import type { Receipt } from '../../events/change-feed.ts';
import type { EngineConnection } from '../database/connection/engine-connection.ts';
import { receiptOf } from '../database/connection/receipts.ts';
import { encodeCall } from '../database/connection/remote-module.ts';
import { isUnknown, type Session } from '../database/connection/session.ts';
import { deferred, type Deferred } from '../process/waiting.ts';
import { areHeld, CatchUp, type Again } from './catch-up.ts';
import type { CommandJournal } from './command-journal.ts';
import { argsOf, type JournalEntry, type NewEntry } from './journal-record.ts';
import { PoisonWatch } from './poison-watch.ts';

/** A command that has not ended. */
export interface OutboundCommand {
  readonly command: NewEntry;
  /** Its encoded arguments. */
  readonly bytes: Uint8Array;
  /** Settled exactly once, when the command ends. */
  readonly end: Deferred<Applied>;
  /** Set once it is in the journal. */
  entry?: JournalEntry;
  /** Resolves when the entry is on disk. */
  durable?: Promise<void>;
  /** How many callers wait for its end; if there are none, or one was answered `queued`, the end is published as an event. */
  callers: number;
  wasQueued: boolean;
  /** {@link EngineConnection.heartbeats} when it was sent. */
  sentAt: number;
}

/** @throws HeycatError if an argument does not fit the reducer. */
export function outboundCommand(command: NewEntry): OutboundCommand {
  const { reducer, command_id, issued_at, args } = command;
  const bytes = encodeCall(reducer, { command_id, issued_at, ...args });
  return { command, bytes, end: deferred(), callers: 0, wasQueued: false, sentAt: 0 };
}

/** A command from the journal of an earlier run. @throws as {@link outboundCommand}. */
export function takenUp(entry: JournalEntry): OutboundCommand {
  const { command_id, reducer, issued_at, since } = entry;
  const command = { command_id, reducer, issued_at, since, args: argsOf(entry) };
  return { ...outboundCommand(command), entry, durable: Promise.resolve(), wasQueued: true };
}

/** The limit for commands in progress: a server closes the connection of a client with 16,384 waiting messages. */
const WINDOW = 1_000;
/** The number of {@link EngineConnection.heartbeats} after which a call that was not answered never will be. */
const UNANSWERED = 30;

/** The longest that a write waits for more commands. */
const GROUP_MS = 10;

export interface DeliveryOptions {
  connection: EngineConnection;
  journal: CommandJournal;
  /** False while the disk is full: waiting commands are then not sent. */
  mayWrite: () => boolean;
  /** Called once for each command, in the order of sending; for applied ones after the projections hold their effect. */
  onEnd: (command: OutboundCommand, end: Receipt | HeycatError) => void;
  /** An acknowledged command was lost by the engine and has been applied again, or is now rejected. */
  onAgain: (entry: JournalEntry, end: Receipt | HeycatError) => void;
}

/**
 * Delivers commands to the engine in order, over any number of sessions: before a session's rows are read, the engine has
 * everything that earlier sessions may have published; then waiting commands follow, then new ones.
 */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #poison = new PoisonWatch();
  /** Durable, and not sent yet. */
  readonly #waiting: OutboundCommand[] = [];
  /** Sent in this session or an earlier one, in this order, with unknown results. */
  readonly #sent = new Set<OutboundCommand>();
  #writing = 0;
  readonly #group: GroupCommit;
  /** Results found by the opening session, reported once its rows have been delivered. */
  #found: (() => void)[] = [];
  #isLost = false;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    const { connection, journal } = options;
    // Half of the commands are with the engine and half on their way to the disk, so that neither waits for the other.
    this.#group = new GroupCommit(() => connection.isUp && this.#sent.size > this.#writing);
    journal.groupComplete = () => this.#group.complete();
    connection.beforeBaseline = (session) => this.#catchUp(session);
    connection.listen({
      onConnected: () => this.#connected(),
      onHeartbeat: () => {
        this.#endWhatHangs();
        this.#pump();
      },
    });
  }

  /** True if a command can be sent immediately without overtaking another. */
  get isFree(): boolean {
    const { connection } = this.#options;
    return connection.isUp && this.#waiting.length === 0 && this.#writing === 0 && this.#sent.size < WINDOW;
  }

  /** Adds a command of an earlier run, which may have been sent. Called in order, before the connection starts. */
  takeUp(command: OutboundCommand): void {
    this.#sent.add(command);
  }

  /** Makes a command durable, then sends it in its turn. @throws HeycatError QUEUE_FULL. */
  async enqueue(command: OutboundCommand): Promise<void> {
    this.#append(command);
    this.#writing += 1;
    try {
      await command.durable;
    } finally {
      this.#writing -= 1;
    }
    this.#waiting.push(command);
    this.#pump();
  }

  /** Sends a command immediately, without the journal; only if {@link isFree} and the engine is durable. */
  sendNow(command: OutboundCommand): void {
    this.#send(command);
  }

  /** Starts the next write, because somebody is waiting for it. */
  writeNow(): void {
    this.#group.end();
  }

  /** Journals a command that was sent immediately, after those that were sent before it. @throws QUEUE_FULL. */
  async keep(command: OutboundCommand): Promise<void> {
    for (const before of this.#sent) {
      if (before.entry === undefined) this.#append(before);
      if (before === command) break;
    }
    await command.durable;
  }

  #append(command: OutboundCommand): void {
    const { entry, durable } = this.#options.journal.append(command.command);
    durable.catch(() => delete command.entry);
    command.entry = entry;
    command.durable = durable;
  }

  #pump(): void {
    const { connection, mayWrite } = this.#options;
    if (this.#waiting.length === 0 || !mayWrite()) return;
    while (this.#waiting.length > 0 && connection.isUp && this.#sent.size < WINDOW) {
      this.#send(this.#waiting.shift()!);
    }
  }

  #send(command: OutboundCommand): void {
    const { connection } = this.#options;
    const { reducer, command_id } = command.command;
    this.#sent.add(command);
    command.sentAt = connection.heartbeats;
    connection.call(reducer, command_id, command.bytes).then(
      (receipt) => this.#applied(command, receipt),
      (thrown: unknown) => this.#refused(command, HeycatError.from(thrown)),
    );
  }

  #applied(command: OutboundCommand, receipt: Receipt | undefined): void {
    if (receipt !== undefined) return this.#end(command, receipt);
    // No receipt in the transaction: the command had already been applied.
    receiptOf(this.#options.connection, command.command.command_id).then(
      (earlier) => this.#end(command, earlier ?? noReceipt()),
      () => {
        this.#options.connection.fail('a receipt could not be read');
        this.#lost();
      },
    );
  }

  #refused(command: OutboundCommand, error: HeycatError): void {
    if (isUnknown(error)) this.#lost();
    else this.#end(command, error);
  }

  #end(command: OutboundCommand, end: Receipt | HeycatError): void {
    // Unless a new session has found the result first.
    if (!this.#sent.delete(command)) return;
    this.#options.onEnd(command, end);
    if (this.#sent.size <= this.#writing) this.#group.end();
    this.#pump();
  }

  /** The session has ended: sent commands may have been applied. All of them are kept, in the order of sending. */
  #lost(): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#group.end();
    for (const command of this.#sent) {
      try {
        if (command.entry === undefined) this.#append(command);
        command.durable?.catch((error: unknown) => this.#letGo(command, error));
      } catch (error) {
        this.#letGo(command, error);
      }
    }
    const [first] = this.#sent;
    if (first?.entry !== undefined) this.#poison.suspect(first.entry);
  }

  /** Its result can be neither found nor journalled: the sender has to find out. */
  #letGo(command: OutboundCommand, cause: unknown): void {
    const { message, details } = HeycatError.from(cause);
    const text = `The connection to the engine ended, and whether the command was applied is not known. ${message}`;
    if (!this.#sent.delete(command)) return;
    const error = new HeycatError('QUEUE_FULL', text, { ...details, outcome: 'unknown' }, { cause });
    this.#options.onEnd(command, error);
  }

  async #catchUp(session: Session): Promise<void> {
    this.#found = [];
    await Promise.allSettled([...this.#sent].flatMap(({ durable }) => durable ?? []));
    const sent = new Map([...this.#sent].map((command) => [command.entry, command]));
    const entries = [...this.#options.journal.entries()];
    const settled = entries.filter((entry) => entry.settled);
    const areThere = await areHeld(settled, session, this.#options.connection.epoch);
    const commands: Again[] = [];
    for (const entry of entries) {
      const command = sent.get(entry);
      const mayBeLost = entry.applied !== undefined && !(areThere && entry.settled);
      if (command !== undefined || mayBeLost) commands.push({ entry, command });
    }
    const found = await new CatchUp(session, this.#poison).run(commands);
    this.#found = found.map(({ entry, command, end }) => () => {
      if (command === undefined) this.#options.onAgain(entry, end);
      else if (this.#sent.delete(command)) this.#options.onEnd(command, end);
    });
  }

  #connected(): void {
    this.#isLost = false;
    for (const report of this.#found.splice(0)) report();
    this.#pump();
  }

  #endWhatHangs(): void {
    const { connection } = this.#options;
    const [oldest] = this.#sent;
    if (connection.isUp && oldest !== undefined && connection.heartbeats - oldest.sentAt > UNANSWERED)
      connection.fail('a command was not answered');
  }
}

/** Delays a write while nobody is waiting for it, so that more commands share it: each write costs both processors something. */
export class GroupCommit {
  #end: () => void = () => undefined;

  /** @param mayWait true while the engine has enough to do without the pending commands. */
  constructor(private readonly mayWait: () => boolean) {}

  /** Resolves when the write should begin. */
  async complete(): Promise<void> {
    if (!this.mayWait()) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, GROUP_MS);
      this.#end = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Something is waiting for the write. */
  end(): void {
    this.#end();
  }
}

function noReceipt(): HeycatError {
  return new HeycatError('INTERNAL', 'The command was applied but left no receipt.');
}
