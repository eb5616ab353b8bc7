import { HeycatError } from '../../../errors.ts';
import { AREAS, type Area } from '../../../events/areas.ts';
import type { ChangeBatch, Receipt } from '../../../events/change-feed.ts';
import type { DomainEvent } from '../../../events/domain-event.ts';
import type { RowChange } from '../../../events/rows.ts';
import { unreachable, type EngineEndpoint } from '../engine.ts';
import { SdkConnection } from './sdk-connection.ts';
import { deferred, within, type Deferred } from '../../process/waiting.ts';
import type { CallOutcome, SubscribedRows, Transaction } from './frames.ts';
import { encodeCall, STATE_TABLES, type KeyedRow } from './remote-module.ts';
import type { ConnectionMemory } from './memory.ts';
import { receiptsAfter, selectOwn, type Selection } from './sql.ts';

export interface SessionOptions {
  endpoint: EngineEndpoint;
  memory: ConnectionMemory;
  onBatch: (batch: ChangeBatch) => void;
  onDown: (cause: string) => void;
  /** Something came from the engine since the last heartbeat's time. */
  onHeartbeat: () => void;
  /** Runs before the rows are read. */
  beforeBaseline: (session: Session) => Promise<void>;
  /** For opening, and for each heartbeat and look-up. */
  deadlineMs: number;
  heartbeatMs: number;
}

/** Events that a baseline brings at most; who needs older ones reads them from the log. */
const MOST_EVENTS = 10_000;
const AREA_OF_TABLE = new Map<string, Area>(AREAS.map((area) => [STATE_TABLES[area], area]));

/** One connection brought up to date and kept so: baseline first, then one batch per transaction, in commit order. */
export class Session {
  readonly #options: SessionOptions;
  readonly #calls = new Map<string, Deferred<Receipt | undefined>[]>();
  /** By query. */
  readonly #fetches = new Map<string, Promise<KeyedRow[]>>();
  /** Subscriptions that were not answered yet. */
  readonly #asked = new Set<Deferred<void>>();
  #connection!: SdkConnection;
  #heartbeat: NodeJS.Timeout | undefined;
  /** Ticks since anything was received; counted, not timed: a sleeping computer is not a dead engine. */
  #silentTicks = 0;
  #live = false;
  /** Why the session is over. */
  #end: string | undefined;

  private constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** Connects and applies the baseline. Throws HeycatError ENGINE_UNAVAILABLE or NOT_AUTHORIZED. */
  static async open(options: SessionOptions): Promise<Session> {
    const session = new Session(options);
    session.#connection = await SdkConnection.open(options.endpoint, options.deadlineMs, {
      onTransaction: (transaction) => session.#transaction(transaction),
      onDown: (cause) => session.#down(cause),
    });
    session.#heartbeat = setInterval(() => session.#tick(), options.heartbeatMs);
    try {
      await options.beforeBaseline(session);
      await session.#baseline();
      if (session.#end !== undefined) throw unreachable(session.#end);
    } catch (thrown) {
      session.close();
      throw thrown;
    }
    return session;
  }

  /**
   * Calls a reducer; resolves after its batch was delivered, with its receipt where this call made it (before the
   * baseline without). Rejects with the module's refusal, or with ENGINE_UNAVAILABLE and details.outcome: `unknown` when the
   * session ends first, `not_sent` when it has ended.
   * @param args made by {@link encodeCall}.
   */
  call(reducer: string, commandId: string, args: Uint8Array): Promise<Receipt | undefined> {
    if (this.#end !== undefined) return Promise.reject(unreachable(this.#end, 'not_sent'));
    const call = deferred<Receipt | undefined>();
    const waiting = this.#calls.get(commandId);
    if (waiting === undefined) this.#calls.set(commandId, [call]);
    else waiting.push(call);
    this.#connection.call(reducer, args);
    return call.promise;
  }

  /** Rows of a table outside the live subscription. */
  fetch(table: string, selection: Selection): Promise<KeyedRow[]> {
    const query = this.#select(table, selection);
    // The engine sends a connection the rows of a query once for as long as it is subscribed to: also one whose answer
    // comes too late for whoever asked first.
    let under = this.#fetches.get(query);
    if (under === undefined) {
      under = this.#fetch(table, query).finally(() => this.#fetches.delete(query));
      this.#fetches.set(query, under);
    }
    return this.#inTime(under);
  }

  /** Ends the session because of `cause`. */
  fail(cause: string): void {
    this.#connection.fail(cause);
  }

  /** Sends a heartbeat now; the ticks that follow send it again, and end the session of an engine that stays silent. */
  checkNow(): void {
    this.#silentTicks = Math.max(1, this.#silentTicks);
    this.#ask();
  }

  close(): void {
    this.#connection.close();
    this.#finish('the connection was closed');
  }

  async #baseline(): Promise<void> {
    const { memory, onBatch } = this.#options;
    let head: KeyedRow | undefined;
    const stop = await this.#inTime(
      this.#subscribe([this.#select('stream_heads')], (rows) => {
        head = rows.get('stream_heads')?.[0];
      }),
    );
    if (head === undefined) throw unreachable('the engine has no stream for this user');
    const headSeq = Number(head['next_seq']) - 1;
    const epoch = String(head['epoch']);
    const missed = headSeq - memory.seq;
    const resumes = memory.epoch === epoch && missed >= 0 && missed <= MOST_EVENTS;
    const from = resumes ? memory.seq : headSeq;
    const queries = [
      ...AREAS.map((area) => this.#select(STATE_TABLES[area], area === 'settings' ? {} : { from: 0 })),
      this.#select('event_log', { from: from + 1 }),
      this.#select('command_receipts', receiptsAfter(headSeq)),
    ];
    const live = this.#subscribe(queries, (rows) => {
      const events = inOrder(rows.get('event_log') ?? []);
      memory.epoch = epoch;
      memory.seq = events.at(-1)?.seq ?? headSeq;
      const changes = AREAS.flatMap((area) => memory.rows.diff(area, rows.get(STATE_TABLES[area]) ?? []));
      this.#live = true;
      onBatch({ kind: 'baseline', epoch, seq: memory.seq, changes, events });
    });
    await this.#inTime(live);
    stop();
  }

  #transaction({ rows, outcome }: Transaction): void {
    this.#silentTicks = 0;
    if (this.#live && rows.length > 0) this.#deliver(rows, outcome);
    else if (outcome !== undefined) this.#settle(outcome, undefined);
  }

  #deliver(rows: Transaction['rows'], outcome: CallOutcome | undefined): void {
    const { memory, onBatch } = this.#options;
    const changes: RowChange[] = [];
    const logged: KeyedRow[] = [];
    let receipt: Receipt | undefined;
    for (const { table, row, gone } of rows) {
      const area = AREA_OF_TABLE.get(table);
      if (area !== undefined) {
        const change = memory.rows.change(area, row, gone);
        if (change !== undefined) changes.push(change);
      } else if (table === 'event_log' && !gone) logged.push(row);
      else if (table === 'command_receipts' && !gone) receipt = row as unknown as Receipt;
    }
    const events = inOrder(logged);
    const missing = events.findIndex((event, index) => event.seq !== memory.seq + 1 + index);
    if (missing >= 0) throw unreachable(`event ${memory.seq + 1 + missing} is missing`);
    memory.seq += events.length;
    if (changes.length > 0 || events.length > 0) {
      const batch: ChangeBatch = {
        kind: 'transaction',
        epoch: memory.epoch ?? '',
        seq: memory.seq,
        changes,
        events,
      };
      onBatch(receipt === undefined ? batch : { ...batch, receipt });
    }
    if (outcome !== undefined) this.#settle(outcome, receipt);
  }

  #settle({ commandId, error }: CallOutcome, receipt: Receipt | undefined): void {
    if (commandId === undefined) return;
    const waiting = this.#calls.get(commandId);
    const call = waiting?.shift();
    if (waiting?.length === 0) this.#calls.delete(commandId);
    if (error === undefined) call?.resolve(receipt);
    else call?.reject(HeycatError.parse(error));
  }

  #select(table: string, selection: Selection = {}): string {
    return selectOwn(table, this.#options.endpoint.identity, selection);
  }

  async #fetch(table: string, query: string): Promise<KeyedRow[]> {
    let found: KeyedRow[] = [];
    const stop = await this.#subscribe([query], (rows) => (found = rows.get(table) ?? []));
    stop();
    return found;
  }

  #inTime<T>(asked: Promise<T>): Promise<T> {
    const late = () => unreachable('a subscription was not answered in time');
    return within(asked, this.#options.deadlineMs, late);
  }

  async #subscribe(queries: string[], onApplied: (rows: SubscribedRows) => void): Promise<() => void> {
    const applied = deferred<void>();
    const stop = this.#connection.subscribe(
      queries,
      (rows) => {
        onApplied(rows);
        applied.resolve();
      },
      (cause) => applied.reject(unreachable(cause)),
    );
    this.#asked.add(applied);
    try {
      await applied.promise;
    } finally {
      this.#asked.delete(applied);
    }
    return stop;
  }

  #tick(): void {
    if (this.#silentTicks === 0) this.#options.onHeartbeat();
    this.#silentTicks += 1;
    const deadTicks = Math.ceil(this.#options.deadlineMs / this.#options.heartbeatMs) + 1;
    if (this.#silentTicks > deadTicks) this.fail('the engine does not answer');
    else if (this.#silentTicks > 1) this.#ask();
  }

  #ask(): void {
    this.#connection.call('heartbeat', encodeCall('heartbeat', { nonce: this.#silentTicks }));
  }

  #down(cause: string): void {
    this.#finish(cause);
    this.#options.onDown(cause);
  }

  #finish(cause: string): void {
    this.#end = cause;
    clearInterval(this.#heartbeat);
    for (const asked of this.#asked) asked.reject(unreachable(cause));
    const calls = [...this.#calls.values()].flat();
    this.#calls.clear();
    for (const call of calls) call.reject(unreachable(cause, 'unknown'));
  }
}

function inOrder(rows: KeyedRow[]): DomainEvent[] {
  const events = rows as unknown as DomainEvent[];
  return events.length < 2 ? events : events.toSorted((a, b) => a.seq - b.seq);
}

/** True of what the session's end says of a call, and not of the module's own refusals. */
export function isUnknown({ code, details }: HeycatError): boolean {
  return code === 'ENGINE_UNAVAILABLE' && details['outcome'] !== undefined;
}
