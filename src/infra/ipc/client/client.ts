import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { HeycatError } from '../../../errors.ts';
import { Backoff } from '../../process/backoff.ts';
import { ClientCalls } from './client-calls.ts';
import {
  ClientSubscription,
  type ClientEvent,
  type Gap,
  type Subscribed,
  type SubscribeOptions,
} from './client-subscription.ts';
import { findTarget } from './client-target.ts';
import { ClientWire, type OnAnswer, type ServiceFacts } from './client-wire.ts';
import type { AnswerOf, Methods, ParamsOf } from '../openrpc/methods.ts';
import type { Params } from '../transport/wire-format.ts';

export { HeycatError } from '../../../errors.ts';
export type { AnswerOf, Methods, ParamsOf } from '../openrpc/methods.ts';
export type { ClientEvent, Gap, Subscribed, SubscribeOptions } from './client-subscription.ts';
export type { ServiceFacts } from './client-wire.ts';

export interface ConnectOptions {
  /** Folder of runtime.json; found by HEYCAT_RUNTIME_DIR and the platform's custom when absent. */
  runtimeDir?: string;
  /** Instead of runtimeDir: socket and token (64 hex digits) of one instance. */
  socket?: string;
  token?: string;
  /** What to call this client in the service's log. */
  client?: { name: string; version: string };
  /** False: stay closed when the connection ends. */
  reconnect?: boolean;
  /** Time for one attempt to connect and finish the handshake, in ms; 5,000 when absent. */
  connectMs?: number;
  /** A service that says nothing for two of these, asked in between, is taken for dead; 5,000 when absent. */
  heartbeatMs?: number;
}

export interface CallOptions {
  /** After that many ms the call fails: DEADLINE_EXCEEDED. */
  timeoutMs?: number;
  /** Aborting it cancels the call: CANCELLED. */
  signal?: AbortSignal;
  /** Wait for a connection, and send again after a reconnect when the answer was lost. For what is safe to repeat. */
  retry?: boolean;
}

/** `connecting` also while it reconnects; `closed` is the end. */
export type ClientState = 'connecting' | 'ready' | 'closed';

export interface Subscription {
  /** The answer to the first `subscribe`. */
  readonly first: Subscribed;
  /** Seq of the event expected next; what to store to go on after a restart of this client. */
  readonly next: number | undefined;
  close(): Promise<void>;
}

const FIRST_BACKOFF_MS = 50;
const MAX_BACKOFF_MS = 5_000;
const RESUBSCRIBE_MS = 1_000;

/** A connection to the heycat service that mends itself and resumes its subscriptions where they were. */
export class HeycatClient {
  readonly #options: ConnectOptions;
  readonly #emitter = new EventEmitter<{ state: [ClientState] }>();
  readonly #subscriptions = new Set<ClientSubscription>();
  readonly #calls = new ClientCalls();
  readonly #ended = new AbortController();
  #state: ClientState = 'connecting';
  #wire: ClientWire | undefined;
  #facts: ServiceFacts | undefined;
  #retryAfterMs = 0;

  private constructor(options: ConnectOptions) {
    this.#options = options;
    const heartbeat = setInterval(() => this.#heartbeat(), options.heartbeatMs ?? 5_000);
    heartbeat.unref();
    this.#ended.signal.addEventListener('abort', () => clearInterval(heartbeat));
  }

  /**
   * Connects to the running service.
   * @throws HeycatError NOT_READY when there is none (`details.reason` `not_running` or `not_connected`),
   * UNAUTHENTICATED, UNSUPPORTED_PROTOCOL.
   */
  static async connect(options: ConnectOptions = {}): Promise<HeycatClient> {
    const client = new HeycatClient(options);
    try {
      await client.#open();
      return client;
    } catch (error) {
      await client.close();
      throw error;
    }
  }

  get state(): ClientState {
    return this.#state;
  }

  /** What the service said about itself at the last handshake. */
  get service(): ServiceFacts {
    return this.#facts!;
  }

  /** @returns a function that stops listening. */
  on(event: 'state', listener: (state: ClientState) => void): () => void {
    this.#emitter.on(event, listener);
    return () => this.#emitter.off(event, listener);
  }

  /**
   * Calls any method.
   * @throws HeycatError what the service answers; NOT_READY with `details.outcome` `not_sent` or `unknown` when there
   * is no connection; DEADLINE_EXCEEDED; CANCELLED.
   */
  call<M extends keyof Methods>(method: M, params: ParamsOf<M>, options?: CallOptions): Promise<AnswerOf<M>>;
  call<T = unknown>(method: string, params?: object, options?: CallOptions): Promise<T>;
  call<T>(method: string, params: object = {}, options: CallOptions = {}): Promise<T> {
    const { timeoutMs, signal, retry = false } = options;
    if (signal?.aborted) return Promise.reject(new HeycatError('CANCELLED'));
    return new Promise((resolve, reject) => {
      const onAnswer: OnAnswer = (error, result) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        if (error !== undefined) reject(error);
        else resolve(result as T);
      };
      const onAbort = (): void => giveUp(new HeycatError('CANCELLED'));
      const onTimeout = (): void => giveUp(new HeycatError('DEADLINE_EXCEEDED'));
      const timer = timeoutMs === undefined ? undefined : setTimeout(onTimeout, timeoutMs);
      signal?.addEventListener('abort', onAbort, { once: true });
      const giveUp = this.#calls.start({ method, params: params as Params, retry, onAnswer });
    });
  }

  /** Calls a method that writes. It gets a command_id when it has none, so that it can be repeated after a reconnect. */
  command<M extends keyof Methods>(
    method: M,
    params: ParamsOf<M>,
    options?: CallOptions,
  ): Promise<AnswerOf<M>>;
  command<T = unknown>(method: string, params?: object, options?: CallOptions): Promise<T>;
  command<T>(method: string, params: object = {}, options: CallOptions = {}): Promise<T> {
    return this.call<T>(method, { command_id: randomUUID(), ...params }, { retry: true, ...options });
  }

  /**
   * Has `onEvent` called for each event, in order, without gap or repeat also across reconnects. `onGap` says that
   * events were missed after all (the history was replaced): read the state again.
   */
  subscribe(
    options: SubscribeOptions,
    onEvent: (event: ClientEvent) => void,
    onGap?: (gap: Gap) => void,
  ): Promise<Subscription> {
    const subscription = new ClientSubscription(options, onEvent, onGap);
    return new Promise((resolve, reject) => {
      this.#subscribe(subscription, true, (error) => {
        if (error !== undefined) return reject(error);
        this.#subscriptions.add(subscription);
        resolve({
          first: subscription.first,
          get next() {
            return subscription.next;
          },
          close: () => this.#unsubscribe(subscription),
        });
      });
    });
  }

  /** Ends the connection; calls under way are refused. Safe to call twice. */
  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    this.#setState('closed');
    this.#ended.abort();
    this.#calls.close();
    this.#wire?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #open(): Promise<void> {
    const wire = await ClientWire.open(await findTarget(this.#options), {
      client: this.#options.client ?? { name: 'heycat-client', version: '1' },
      connectMs: this.#options.connectMs ?? 5_000,
      onNotification: (method, params) => this.#notified(method, params),
      onClosed: () => this.#lost(wire),
    });
    if (this.#ended.signal.aborted) return wire.close();
    this.#wire = wire;
    this.#facts = wire.facts;
    this.#calls.connected(wire);
    this.#setState('ready');
    for (const subscription of this.#subscriptions) this.#resume(subscription);
  }

  #lost(wire: ClientWire): void {
    if (this.#wire !== wire || this.#state === 'closed') return;
    this.#wire = undefined;
    for (const subscription of this.#subscriptions) subscription.id = undefined;
    this.#calls.disconnected();
    if (this.#options.reconnect === false) return void this.close();
    this.#setState('connecting');
    void this.#reconnect();
  }

  async #reconnect(): Promise<void> {
    const minMs = Math.max(FIRST_BACKOFF_MS, this.#retryAfterMs);
    const backoff = new Backoff({ minMs, maxMs: MAX_BACKOFF_MS, jitter: 0.5 });
    this.#retryAfterMs = 0;
    while (this.#state === 'connecting') {
      const open = delay(backoff.next(), undefined, { signal: this.#ended.signal }).then(() => this.#open());
      await open.catch(() => undefined);
    }
  }

  #heartbeat(): void {
    // After what has arrived meanwhile: this process may have been busy for long itself.
    setImmediate(() => {
      if (this.#wire?.checkAlive() === false) this.#wire.destroy();
    });
  }

  #notified(method: string, params: Params): void {
    if (method === 'closing') this.#retryAfterMs = Number(params['retry_after_ms']) || 0;
    const subscription = this.#subscriptionOf(params['subscription']);
    if (subscription === undefined) return;
    if (method === 'event') subscription.event(params as unknown as ClientEvent);
    if (method === 'lagged') {
      subscription.lagged(Number(params['from_seq']));
      this.#resume(subscription);
    }
  }

  #subscriptionOf(id: unknown): ClientSubscription | undefined {
    if (typeof id !== 'number') return undefined;
    for (const subscription of this.#subscriptions) if (subscription.id === id) return subscription;
    return undefined;
  }

  #subscribe(
    subscription: ClientSubscription,
    retry: boolean,
    done: (error: HeycatError | undefined) => void,
  ): void {
    const onAnswer: OnAnswer = (error, answer) => {
      // Before the next message is read: it may be the first event.
      if (error === undefined) subscription.opened(answer as Subscribed);
      done(error);
    };
    this.#calls.start({ method: 'subscribe', params: () => subscription.params(), retry, onAnswer });
  }

  #resume(subscription: ClientSubscription): void {
    if (subscription.isClosed || this.#wire === undefined) return;
    const wire = this.#wire;
    this.#subscribe(subscription, false, (error) => {
      if (error === undefined) {
        if (subscription.isClosed) void this.#unsubscribe(subscription);
        return;
      }
      const again = (): void => {
        if (this.#wire === wire) this.#resume(subscription);
      };
      setTimeout(again, RESUBSCRIBE_MS).unref();
    });
  }

  async #unsubscribe(subscription: ClientSubscription): Promise<void> {
    subscription.isClosed = true;
    this.#subscriptions.delete(subscription);
    const id = subscription.id;
    if (id === undefined || this.#wire === undefined) return;
    subscription.id = undefined;
    // It may have ended by itself meanwhile.
    await this.call('unsubscribe', { subscription: id }).catch(() => undefined);
  }

  #setState(state: ClientState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#emitter.emit('state', state);
  }
}
