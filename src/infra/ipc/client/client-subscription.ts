import type { Params } from '../transport/wire-format.ts';

/** Which events to receive; all members are optional, `{}` means everything from now on. */
export interface SubscribeOptions {
  types?: readonly string[];
  areas?: readonly string[];
  /** Replays the log from this seq on, itself included. */
  from_seq?: number;
  /** The epoch that from_seq belongs to. */
  epoch?: string;
  /** True to get the read models with the first answer. */
  snapshot?: boolean;
}

/** An event as it comes over the wire. The durable ones have a seq and the members after it. */
export interface ClientEvent {
  subscription: number;
  seq?: number;
  type: string;
  area?: string;
  entity_id?: string;
  command_id?: string;
  /** Identity of the sender, 64 hex digits. */
  actor?: string;
  occurred_at: string;
  payload: Record<string, unknown>;
}

/** Events were missed and cannot be replayed: read the state again. Delivery goes on after `seq`. */
export interface Gap {
  epoch: string;
  seq: number;
}

/** The answer to the first `subscribe`. */
export interface Subscribed {
  subscription: number;
  epoch: string;
  seq: number;
  gap?: true;
  /** The answer is that of an earlier run of the service: the engine has not been compared with yet. */
  stale?: true;
  snapshot?: Record<string, unknown>;
}

/** Where one subscription of a client stands, across connections. */
export class ClientSubscription {
  /** The answer to the first `subscribe`. */
  first!: Subscribed;
  /** The service's number for it; another one after each reconnect, undefined while there is none. */
  id: number | undefined;
  isClosed = false;
  readonly #options: SubscribeOptions;
  readonly #onEvent: (event: ClientEvent) => void;
  readonly #onGap: ((gap: Gap) => void) | undefined;
  #isOpened = false;
  #epoch: string | undefined;
  #next: number | undefined;

  constructor(options: SubscribeOptions, onEvent: (event: ClientEvent) => void, onGap?: (gap: Gap) => void) {
    this.#options = options;
    this.#onEvent = onEvent;
    this.#onGap = onGap;
    this.#epoch = options.epoch;
    this.#next = options.from_seq;
  }

  /** Seq of the event expected next; undefined while the service does not know its history yet. */
  get next(): number | undefined {
    return this.#next;
  }

  /** Params of the `subscribe` that begins, or resumes where the last event left off. */
  params(): Params {
    if (!this.#isOpened) return { ...this.#options };
    const { types, areas } = this.#options;
    return {
      ...(types && { types }),
      ...(areas && { areas }),
      ...(this.#epoch && { epoch: this.#epoch }),
      ...(this.#next && { from_seq: this.#next }),
    };
  }

  opened(answer: Subscribed): void {
    const isFirst = !this.#isOpened;
    if (isFirst) this.first = answer;
    this.#isOpened = true;
    this.id = answer.subscription;
    const resumes = this.#next !== undefined && !answer.gap;
    const isKnown = answer.epoch !== '';
    if (isKnown) this.#epoch = answer.epoch;
    if (resumes) return;
    this.#next = isKnown ? answer.seq + 1 : undefined;
    // Without a position nobody can say what happened while there was no connection.
    if (!isFirst && isKnown) surface(() => this.#onGap?.({ epoch: answer.epoch, seq: answer.seq }));
  }

  event(event: ClientEvent): void {
    if (this.isClosed) return;
    if (event.seq !== undefined) this.#next = event.seq + 1;
    surface(() => this.#onEvent(event));
  }

  lagged(fromSeq: number): void {
    this.id = undefined;
    this.#next = fromSeq;
  }
}

/** Runs a listener; what it throws becomes an uncaught exception and does not stop the messages behind it. */
function surface(listener: () => void): void {
  try {
    listener();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
