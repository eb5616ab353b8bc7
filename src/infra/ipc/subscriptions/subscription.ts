import type { DomainEvent } from '../../../events/domain-event.ts';
import type { EventFilter } from './event-filter.ts';
import type { EventMessage } from './event-message.ts';
import type { NotificationSink } from '../transport/notification-sink.ts';
import type { Outbox } from './outbox.ts';

export interface SubscriptionParts {
  id: number;
  sink: NotificationSink;
  outbox: Outbox;
  filter: EventFilter;
  /** Empty while the history it follows is not known yet. */
  epoch: string;
  /** Where the subscriber asked to begin, if anywhere. */
  from: number | undefined;
  /** Seq of the event to deliver next. */
  next: number;
  /** Events from `from` on that have been read already. */
  page: readonly DomainEvent[];
}

/** One subscriber's position. It delivers from the log until it has reached the head, and live from then on. */
export class Subscription {
  readonly id: number;
  readonly sink: NotificationSink;
  readonly outbox: Outbox;
  readonly filter: EventFilter;
  readonly from: number | undefined;
  epoch: string;
  next: number;
  #page: readonly DomainEvent[];
  #state: 'opening' | 'catching_up' | 'live' | 'ended' = 'opening';
  /** What was told between the registration and the answer. */
  #held: EventMessage[] = [];

  constructor(parts: SubscriptionParts) {
    this.id = parts.id;
    this.sink = parts.sink;
    this.outbox = parts.outbox;
    this.filter = parts.filter;
    this.epoch = parts.epoch;
    this.from = parts.from;
    this.next = parts.next;
    this.#page = parts.page;
  }

  get isLive(): boolean {
    return this.#state === 'live';
  }

  get hasEnded(): boolean {
    return this.#state === 'ended';
  }

  /** @returns false when it catches up already, or has ended. */
  beginCatchUp(): boolean {
    if (this.#state !== 'opening' && this.#state !== 'live') return false;
    this.#state = 'catching_up';
    return true;
  }

  takePage(): readonly DomainEvent[] {
    const page = this.#page;
    this.#page = [];
    return page;
  }

  /** @returns false when what was held back exceeds what may wait. */
  goLive(): boolean {
    this.#state = 'live';
    const held = this.#held;
    this.#held = [];
    return held.every((message) => this.outbox.send(this.id, message));
  }

  /** Sends what has no seq: at once, but never before the answer. @returns false when too much waits. */
  tell(message: EventMessage): boolean {
    if (this.#state !== 'opening') return this.outbox.send(this.id, message);
    this.#held.push(message);
    return true;
  }

  end(): void {
    this.#state = 'ended';
    this.#held = [];
    this.#page = [];
  }
}
