import type { Area } from '../../../events/areas.ts';
import { DOMAIN_EVENT_TYPES, type DomainEvent } from '../../../events/domain-event.ts';
import { LIVE_EVENT_TYPES } from '../../../events/live-event.ts';
import type { EventMessage } from './event-message.ts';
import type { NotificationSink } from '../transport/notification-sink.ts';
import type { Outbox } from './outbox.ts';

/** The name heycat's UI knows `recording_added` by. */
const SAVED_ALIAS = 'recording_saved';

/** What a subscription may ask for. */
export const SUBSCRIBABLE_TYPES = [...DOMAIN_EVENT_TYPES, ...LIVE_EVENT_TYPES, SAVED_ALIAS] as const;

/** Which events a subscription wants; all where it names none. Those that belong to no area are chosen by type alone. */
export class EventFilter {
  readonly #types: ReadonlySet<string> | undefined;
  readonly #areas: ReadonlySet<string> | undefined;

  constructor(types?: readonly string[], areas?: readonly Area[]) {
    this.#types = types && new Set(types);
    this.#areas = areas && new Set(areas);
  }

  /** The name under which the event is wanted, or undefined. An alias named beside its event adds nothing. */
  wants(event: DomainEvent): string | undefined {
    if (this.#areas?.has(event.area) === false) return undefined;
    if (this.#types === undefined || this.#types.has(event.type)) return event.type;
    return event.type === 'recording_added' && this.#types.has(SAVED_ALIAS) ? SAVED_ALIAS : undefined;
  }

  wantsLive(message: EventMessage): boolean {
    if (this.#types?.has(message.type) === false) return false;
    if (this.#areas === undefined || message.type !== 'data_changed') return true;
    return message.areas.some((area) => this.#areas!.has(area));
  }
}

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
  /** Live events between the registration and the answer. */
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
  deliver(message: EventMessage): boolean {
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
