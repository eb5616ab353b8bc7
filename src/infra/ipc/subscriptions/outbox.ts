import type { EventMessage } from './event-message.ts';
import type { Notification, NotificationSink } from '../transport/notification-sink.ts';

/** How much may wait for one reader. */
export interface OutboxLimits {
  events: number;
  bytes: number;
}

interface Waiting {
  subscription: number;
  message: EventMessage;
}

/** What waits for one slow reader, in order, of all its subscriptions. */
export class Outbox {
  readonly #sink: NotificationSink;
  readonly #limits: OutboxLimits;
  /** Sets keep their order and give up any member in constant time. */
  readonly #waiting = new Set<Waiting | Notification>();
  readonly #latest = new Map<string, Waiting>();
  #events = 0;
  #bytes = 0;
  #blocked = false;
  #onIdle: (() => void)[] = [];

  constructor(sink: NotificationSink, limits: OutboxLimits) {
    this.#sink = sink;
    this.#limits = limits;
  }

  /** True while the reader is behind. */
  get blocked(): boolean {
    return this.#blocked;
  }

  /** @returns false when the event would exceed the limits: it is not taken. */
  send(subscription: number, message: EventMessage): boolean {
    if (!this.#blocked) {
      this.#write(message.to(subscription));
      return true;
    }
    const key = message.isStateLike ? `${subscription} ${message.type}` : undefined;
    const older = key === undefined ? undefined : this.#latest.get(key);
    const merged = older === undefined ? message : message.mergedWith(older.message);
    if (older !== undefined) this.#drop(older);
    if (this.#events >= this.#limits.events || this.#bytes + merged.bytes > this.#limits.bytes) return false;
    const entry = { subscription, message: merged };
    this.#waiting.add(entry);
    this.#events += 1;
    this.#bytes += merged.bytes;
    if (key !== undefined) this.#latest.set(key, entry);
    return true;
  }

  /** Sends what concerns a subscription rather than belongs to it; never refused. */
  notify(notice: Notification): void {
    if (this.#blocked) this.#waiting.add(notice);
    else this.#write(notice);
  }

  /** Forgets what waits for a subscription. @returns seq of its first durable event that was not sent. */
  forget(subscription: number): number | undefined {
    let first: number | undefined;
    for (const entry of this.#waiting) {
      if (!('message' in entry) || entry.subscription !== subscription) continue;
      first ??= entry.message.seq;
      this.#drop(entry);
    }
    return first;
  }

  /** Resolves when nothing waits; by the time it is seen something may wait again. */
  idle(): Promise<void> {
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  /** The reader has caught up: sends on, until it is behind again. */
  resume(): void {
    this.#blocked = false;
    for (const entry of this.#waiting) {
      if ('message' in entry) {
        this.#drop(entry);
        this.#write(entry.message.to(entry.subscription));
      } else {
        this.#waiting.delete(entry);
        this.#write(entry);
      }
      if (this.#blocked) return;
    }
    const idle = this.#onIdle;
    this.#onIdle = [];
    for (const resolve of idle) resolve();
  }

  #write(notice: Notification): void {
    try {
      this.#blocked = !this.#sink.notify(notice);
    } catch (error) {
      // A listener of the embedding host failed: its own matter, and no reason to deliver nothing to the others.
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  #drop(entry: Waiting): void {
    this.#waiting.delete(entry);
    this.#events -= 1;
    this.#bytes -= entry.message.bytes;
    const key = `${entry.subscription} ${entry.message.type}`;
    if (this.#latest.get(key) === entry) this.#latest.delete(key);
  }
}
