import { Inject, Optional } from '@nestjs/common';
import { EventsHandler, type IEventHandler } from '@nestjs/cqrs';
import type { Area } from '../../../events/areas.ts';
import type { DomainEvent } from '../../../events/domain-event.ts';
import { EventLog } from '../../../events/event-log.ts';
import { LIVE_EVENT_CLASSES, LiveEvent, type AnyLiveEvent } from '../../../events/live-event.ts';
import { HeycatError } from '../../../errors.ts';
import { TransactionProjected } from '../../../projections/projection-runner.ts';
import { ReadModels } from '../../../projections/read-models.ts';
import { EventMessage } from './event-message.ts';
import { IPC_LIMITS } from '../transport/limits.ts';
import { notification, type NotificationSink } from '../transport/notification-sink.ts';
import { Outbox } from './outbox.ts';
import { EventFilter, Subscription } from './subscription.ts';

const PAGE = 500;

export interface HubOptions {
  /** How much may wait for one slow reader before its subscription ends with `lagged`. */
  waiting?: { events: number; bytes: number };
  max_subscriptions?: number;
}

export interface SubscribeRequest {
  types?: readonly string[] | undefined;
  areas?: readonly Area[] | undefined;
  from_seq?: number | undefined;
  epoch?: string | undefined;
  snapshot?: boolean | undefined;
}

export interface SubscribeAnswer {
  subscription: number;
  epoch: string;
  /** The subscription's events begin after this seq, or at from_seq when that is earlier. */
  seq: number;
  /** True when from_seq is not part of this history: read the state again, events begin after `seq`. */
  gap?: true;
  /** As in the answer of a query. */
  stale?: true;
  snapshot?: Record<string, unknown>;
}

/** A subscription that exists, and stays silent until its answer has gone out. */
export interface OpenedSubscription {
  answer: SubscribeAnswer;
  /** Begins the delivery; call it when the answer has been written. */
  start(): void;
  /** Ends the subscription; call it when the answer could not be given. */
  drop(): void;
}

/**
 * The only way out for what is published on the event bus: brings events to their subscribers in order, without gap or
 * repeat, and at each reader's own pace.
 */
@EventsHandler(TransactionProjected, ...LIVE_EVENT_CLASSES)
export class SubscriptionHub implements IEventHandler<TransactionProjected | AnyLiveEvent> {
  readonly #waiting: { events: number; bytes: number };
  readonly #maxSubscriptions: number;
  readonly #subscriptions = new Map<number, Subscription>();
  readonly #outboxes = new WeakMap<NotificationSink, Outbox>();
  #lastId = 0;
  /** Seq up to which events have been published or must be in the log. */
  #head = 0;

  constructor(
    @Inject(ReadModels) private readonly models: Pick<ReadModels, 'epoch' | 'seq' | 'stale' | 'snapshot'>,
    @Inject(EventLog) private readonly log: Pick<EventLog, 'read'>,
    @Optional() options: HubOptions = {},
  ) {
    this.#waiting = options.waiting ?? { events: 1_000, bytes: 4 * 1024 * 1024 };
    this.#maxSubscriptions = options.max_subscriptions ?? IPC_LIMITS.max_subscriptions;
  }

  /** Never throws. */
  handle(event: TransactionProjected | AnyLiveEvent): void {
    if (event instanceof TransactionProjected) return this.#transaction(event);
    // The engine's history may be another one than what was followed so far, or a shorter one, also where no row differs.
    if (event.type === 'sync_complete') this.#deliver([]);
    this.#deliverLive(event, new Date().toISOString());
  }

  /** Its events in order, then `data_changed` once. */
  #transaction({ events, areas }: TransactionProjected): void {
    this.#deliver(events);
    if (areas.size === 0 || this.#subscriptions.size === 0) return;
    const occurred_at = events.at(-1)?.occurred_at ?? new Date().toISOString();
    this.#deliverLive(new LiveEvent('data_changed', { areas: [...areas] }), occurred_at);
  }

  #deliver(events: readonly DomainEvent[]): void {
    const { epoch, seq } = this.models;
    this.#head = Math.max(events.at(-1)?.seq ?? 0, seq);
    const messages = new Map<string, EventMessage>();
    for (const subscription of this.#subscriptions.values()) {
      this.#follow(subscription, epoch, events[0]?.seq);
      for (const event of events) this.#offer(subscription, event, messages);
      if (subscription.isLive && subscription.next <= this.#head) void this.#catchUp(subscription);
    }
  }

  #deliverLive(event: AnyLiveEvent, occurred_at: string): void {
    if (this.#subscriptions.size === 0) return;
    const message = EventMessage.live(event, occurred_at);
    for (const subscription of this.#subscriptions.values()) {
      if (!subscription.filter.wantsLive(message)) continue;
      if (!subscription.deliver(message)) this.#lag(subscription);
    }
  }

  /**
   * Registers a subscription whose delivery begins with `start()`.
   * @throws HeycatError LIMIT_EXCEEDED, ENGINE_UNAVAILABLE when the events from
   * from_seq on cannot be read now.
   */
  async subscribe(sink: NotificationSink, request: SubscribeRequest): Promise<OpenedSubscription> {
    const filter = new EventFilter(request.types, request.areas);
    const replays = (): boolean => request.from_seq !== undefined && !this.#isGap(request);
    const page =
      replays() && !this.models.stale && request.from_seq! <= this.models.seq
        ? await this.log.read(request.from_seq!, PAGE)
        : [];
    // From here on nothing waits: position, snapshot and registration belong to the same moment.
    this.#checkCount(sink);
    const epoch = this.models.epoch;
    const seq = this.models.seq;
    const stale = this.models.stale;
    const from = replays() ? request.from_seq : undefined;
    const subscription = new Subscription({
      id: (this.#lastId += 1),
      sink,
      outbox: this.#outbox(sink),
      filter,
      epoch: stale && from !== undefined ? (request.epoch ?? '') : epoch,
      from,
      next: from ?? seq + 1,
      page: from === undefined ? [] : page,
    });
    this.#subscriptions.set(subscription.id, subscription);
    // While stale nothing is in the log yet: the first baseline makes everybody catch up.
    if (!stale) this.#head = Math.max(this.#head, seq);
    const answer: SubscribeAnswer = { subscription: subscription.id, epoch, seq };
    if (this.#isGap(request)) answer.gap = true;
    if (stale) answer.stale = true;
    if (request.snapshot === true) answer.snapshot = this.models.snapshot();
    return {
      answer,
      start: () => void this.#catchUp(subscription),
      drop: () => this.#end(subscription),
    };
  }

  /** @throws HeycatError NOT_FOUND unless the subscription is the sink's own and has not ended. */
  unsubscribe(sink: NotificationSink, id: number): void {
    const subscription = this.#subscriptions.get(id);
    if (subscription?.sink !== sink)
      throw new HeycatError('NOT_FOUND', 'There is no such subscription here.');
    this.#end(subscription);
    subscription.outbox.forget(id);
  }

  /** While the read models are stale nothing can be judged: the first baseline decides. */
  #isGap(request: SubscribeRequest): boolean {
    const epoch = this.models.epoch;
    if (this.models.stale) return false;
    if (request.epoch !== undefined && request.epoch !== '' && request.epoch !== epoch) return true;
    return request.from_seq !== undefined && request.from_seq > this.models.seq + 1;
  }

  #checkCount(sink: NotificationSink): void {
    let count = 0;
    for (const subscription of this.#subscriptions.values()) if (subscription.sink === sink) count += 1;
    if (count < this.#maxSubscriptions) return;
    const limit = this.#maxSubscriptions;
    throw new HeycatError('LIMIT_EXCEEDED', `A connection may have ${limit} subscriptions.`, { limit });
  }

  #outbox(sink: NotificationSink): Outbox {
    const known = this.#outboxes.get(sink);
    if (known !== undefined) return known;
    const outbox = new Outbox(sink, this.#waiting);
    this.#outboxes.set(sink, outbox);
    sink.attach?.({ ready: () => outbox.resume(), closed: () => this.#endAll(sink) });
    return outbox;
  }

  #endAll(sink: NotificationSink): void {
    for (const subscription of this.#subscriptions.values()) {
      if (subscription.sink === sink) this.#end(subscription);
    }
  }

  /**
   * Ends a subscription whose history was replaced, or whose last events the engine has forgotten: the same seqs come
   * again with other contents. Places one that began before the history was known.
   */
  #follow(subscription: Subscription, epoch: string, firstSeq: number | undefined): void {
    if (subscription.epoch === epoch) {
      if (epoch !== '' && subscription.next > this.#head + 1) this.#lag(subscription);
      return;
    }
    if (subscription.epoch !== '') return this.#lag(subscription, epoch);
    subscription.epoch = epoch;
    if (subscription.from === undefined) subscription.next = firstSeq ?? this.#head + 1;
    else if (subscription.next > this.#head + 1) this.#lag(subscription);
  }

  #offer(subscription: Subscription, event: DomainEvent, messages: Map<string, EventMessage>): void {
    if (!subscription.isLive || event.seq !== subscription.next) return;
    const name = subscription.filter.wants(event);
    if (name !== undefined) {
      const key = `${event.seq} ${name}`;
      let message = messages.get(key);
      if (message === undefined) messages.set(key, (message = EventMessage.durable(event, name)));
      if (!subscription.outbox.send(subscription.id, message)) return this.#lag(subscription);
    }
    subscription.next += 1;
  }

  /** Reads the log up to the head, as fast as the reader reads, then goes live in the same moment. */
  async #catchUp(subscription: Subscription): Promise<void> {
    if (!subscription.beginCatchUp()) return;
    try {
      await this.#replay(subscription, subscription.takePage());
      while (subscription.next <= this.#head && !subscription.hasEnded) {
        const before = subscription.next;
        await this.#replay(subscription, await this.log.read(before, PAGE));
        if (subscription.next === before) break;
      }
    } catch {
      // Not readable now: `lagged` says from where to ask again.
    }
    if (subscription.hasEnded) return;
    if (subscription.next <= this.#head || !subscription.goLive()) this.#lag(subscription);
  }

  async #replay(subscription: Subscription, page: readonly DomainEvent[]): Promise<void> {
    const { outbox } = subscription;
    for (const event of page) {
      while (outbox.blocked) await outbox.idle();
      if (subscription.hasEnded) return;
      if (event.seq !== subscription.next) continue;
      const name = subscription.filter.wants(event);
      if (name !== undefined) outbox.send(subscription.id, EventMessage.durable(event, name));
      subscription.next += 1;
    }
  }

  #lag(subscription: Subscription, epoch?: string): void {
    if (!this.#end(subscription)) return;
    const from_seq = subscription.outbox.forget(subscription.id) ?? subscription.next;
    const params = { subscription: subscription.id, from_seq, to_seq: Math.max(this.#head, from_seq - 1) };
    subscription.outbox.notify(notification('lagged', epoch === undefined ? params : { ...params, epoch }));
  }

  #end(subscription: Subscription): boolean {
    subscription.end();
    return this.#subscriptions.delete(subscription.id);
  }
}
