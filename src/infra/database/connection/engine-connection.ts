import { setTimeout as sleep } from 'node:timers/promises';
import { Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import type { EventBus } from '@nestjs/cqrs';
import { HeycatError } from '../../../errors.ts';
import type {
  ChangeBatch,
  ChangeFeed,
  ChangeFeedListener,
  ConnectionReport,
  KnownRows,
  Receipt,
} from '../../../events/change-feed.ts';
import { LiveEvent, type ConnectionStatus } from '../../../events/live-event.ts';
import { AREAS } from '../../../events/areas.ts';
import { unreachable, type Engine, type EngineEndpoint } from '../engine.ts';
import { type Deferred, deferred, within } from '../../process/waiting.ts';
import type { KeyedRow } from './remote-module.ts';
import { ConnectionMemory, RecentEvents } from './memory.ts';
import { Session } from './session.ts';
import type { Selection } from './sql.ts';
import { Supervisor } from './supervisor.ts';

export interface EngineConnectionOptions {
  /** For opening a connection, for each look-up, and for a silent engine; in ms. */
  deadlineMs?: number;
  heartbeatMs?: number;
  supervisor?: Supervisor;
}

/** Failed connections to a running engine before it is started again. */
const RECONNECTS_BEFORE_RESTART = 3;

/**
 * Keeps the engine running and one session to it open, for as long as it is started: a session that ends is replaced
 * by a new one, which delivers what changed in between.
 */
export class EngineConnection implements ChangeFeed, BeforeApplicationShutdown {
  readonly #log = new Logger('EngineConnection');
  readonly #listeners = new Set<ChangeFeedListener>();
  readonly #memory = new ConnectionMemory();
  readonly #supervisor: Supervisor;
  readonly #deadlineMs: number;
  readonly #heartbeatMs: number;
  #endpoint: EngineEndpoint | undefined;
  #session: Session | undefined;
  #up: Deferred<Session> = deferred();
  #lastCause = 'it is still starting';
  #published: ConnectionStatus = { connected: false, state: 'starting' };
  /** When the present state began. */
  #since = new Date();
  #running: Promise<void> | undefined;
  #stopping = new AbortController();
  /** Between two attempts. */
  #pause = new AbortController();
  #heartbeats = 0;
  /** For the event log. */
  readonly recent = new RecentEvents();
  /** Runs in each new session before its rows are read; when it rejects, the session ends. */
  beforeBaseline: (session: Session) => Promise<void> = () => Promise.resolve();

  /** @param events gets the status of the connection. */
  constructor(
    private readonly engine: Engine,
    private readonly events: Pick<EventBus, 'publish'>,
    { deadlineMs = 5_000, heartbeatMs = 1_000, supervisor = new Supervisor() }: EngineConnectionOptions = {},
  ) {
    this.#deadlineMs = deadlineMs;
    this.#heartbeatMs = heartbeatMs;
    this.#supervisor = supervisor;
  }

  /** Identity whose rows are delivered, once the engine has started. */
  get identity(): string | undefined {
    return this.#endpoint?.identity;
  }

  /** The history that was delivered, once one was. */
  get epoch(): string | undefined {
    return this.#memory.epoch;
  }

  /** Seq of the newest event that was delivered. */
  get seq(): number {
    return this.#memory.seq;
  }

  /** How the way to the engine is. */
  get report(): ConnectionReport {
    const { state } = this.#published;
    const since = this.#since.toISOString();
    const isWell = state === 'connected' || (state === 'starting' && this.#published.error === undefined);
    return isWell ? { state, since } : { state, cause: this.#lastCause, since };
  }

  /** True while commands can be sent. */
  get isUp(): boolean {
    return this.#session !== undefined;
  }

  /** True when the engine acknowledges nothing before it is on disk; false before it is known. */
  get isDurable(): boolean {
    return this.#endpoint?.durable ?? false;
  }

  /** How many heartbeats the engine has answered in this run. */
  get heartbeats(): number {
    return this.#heartbeats;
  }

  listen(listener: ChangeFeedListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Begins in the background; listeners are notified of how it goes.
   * @param known settles before the first baseline, which then brings only what is different.
   */
  start(known?: Promise<KnownRows | undefined>): void {
    if (this.#running !== undefined) return;
    this.#stopping = new AbortController();
    this.engine.onExit = (cause) => this.#session?.fail(cause);
    this.#running = this.#run(known);
  }

  /** After the take that is recorded has ended, and before journal and read models are closed. */
  beforeApplicationShutdown(): Promise<void> {
    return this.stop();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#pause.abort();
    this.#session?.fail('the service is stopping');
    await this.#running;
    this.#running = undefined;
    await this.engine.stop();
  }

  /**
   * Runs a reducer in the present session, as {@link Session.call}; there is no limit of time but the session's end.
   * @param args made by `encodeCall`.
   */
  call(reducer: string, commandId: string, args: Uint8Array): Promise<Receipt | undefined> {
    if (this.#session === undefined) return Promise.reject(unreachable(this.#lastCause, 'not_sent'));
    return this.#session.call(reducer, commandId, args);
  }

  /** Ends the present session because of `cause`; a new one begins. */
  fail(cause: string): void {
    this.#session?.fail(cause);
  }

  /** Sends a heartbeat to the engine, or tries to reach it, at once rather than in its turn. */
  checkNow(): void {
    this.#session?.checkNow();
    this.#pause.abort();
  }

  /** Looks rows up in the engine; throws ENGINE_UNAVAILABLE. */
  async fetch(table: string, selection: Selection): Promise<KeyedRow[]> {
    const session = this.#session ?? (await this.#whenUp(this.#deadlineMs));
    return session.fetch(table, selection);
  }

  #whenUp(waitMs: number): Promise<Session> {
    return within(this.#up.promise, waitMs, () => unreachable(this.#lastCause, 'not_sent'));
  }

  #recall(known: KnownRows | undefined): void {
    if (known === undefined || this.#memory.epoch !== undefined) return;
    this.#memory.epoch = known.epoch;
    this.#memory.seq = known.seq;
    for (const area of AREAS) this.#memory.rows.recall(area, known.rows(area));
  }

  async #run(known?: Promise<KnownRows | undefined>): Promise<void> {
    let failures = 0;
    while (!this.#stopping.signal.aborted) {
      let cause: string;
      try {
        const endpoint = (this.#endpoint = await this.#engineReady(failures >= RECONNECTS_BEFORE_RESTART));
        this.#recall(await known);
        if (this.#stopping.signal.aborted) return;
        const down = deferred<string>();
        const session = await this.#open(endpoint, down);
        if (this.#stopping.signal.aborted) return session.close();
        failures = 0;
        this.#connected(session);
        cause = await down.promise;
      } catch (thrown) {
        failures += 1;
        cause = HeycatError.from(thrown).message;
      }
      const waitMs = this.#disconnected(cause);
      // Rejects when the connection is stopped meanwhile, and leaves no timer that would keep a host's process alive.
      const { signal } = (this.#pause = new AbortController());
      if (this.#stopping.signal.aborted) return;
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #engineReady(restart: boolean): Promise<EngineEndpoint> {
    if (restart) await this.engine.stop();
    if (this.#endpoint !== undefined && this.engine.status.state === 'ready') return this.#endpoint;
    return this.engine.start();
  }

  #open(endpoint: EngineEndpoint, down: Deferred<string>): Promise<Session> {
    return Session.open({
      endpoint,
      memory: this.#memory,
      deadlineMs: this.#deadlineMs,
      heartbeatMs: this.#heartbeatMs,
      onBatch: (batch) => this.#deliver(batch),
      onDown: (cause) => down.resolve(cause),
      onHeartbeat: () => {
        this.#heartbeats += 1;
        // A lasting fault ends by itself once a session has held.
        if (this.isUp) this.#status();
        for (const listener of this.#listeners) listener.onHeartbeat?.();
      },
      beforeBaseline: (session) => this.beforeBaseline(session),
    });
  }

  #deliver(batch: ChangeBatch): void {
    // Before all others: whoever receives an event may read it in the log.
    this.recent.add(batch);
    for (const listener of this.#listeners) listener.onBatch?.(batch);
  }

  #connected(session: Session): void {
    this.#supervisor.connected(performance.now());
    this.#session = session;
    this.#up.resolve(session);
    for (const listener of this.#listeners) listener.onConnected?.();
    this.#status();
  }

  /** @returns how long to wait before the next attempt, in ms. */
  #disconnected(cause: string): number {
    const waitMs = this.#supervisor.ended(performance.now());
    this.#lastCause = cause;
    if (this.#session !== undefined) {
      this.#session = undefined;
      this.#up = deferred();
    }
    this.#status(cause);
    return waitMs;
  }

  /** Each change once, not each attempt. */
  #status(error?: string): void {
    const state = this.#supervisor.state(performance.now());
    const last = this.#published;
    if (this.isUp === last.connected && state === last.state && error === last.error) return;
    if (state !== last.state) this.#since = new Date();
    const status = { connected: this.isUp, state, ...(error !== undefined && { error }) };
    this.#published = status;
    if (state === 'degraded' && last.state !== state)
      this.#log.warn(`the engine keeps ending; the next attempts come slower: ${this.#lastCause}`);
    if (!status.connected && !this.#stopping.signal.aborted)
      this.#log.warn(`not connected to the engine: ${status.error}`);
    this.events.publish(new LiveEvent('connection_status', status));
  }
}
