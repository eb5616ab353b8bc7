import type { AnyLiveEvent, LivePayload, LiveEventType } from '../../src/events/live-event.ts';

/** An event bus that only keeps what is published. */
export class Published {
  readonly events: AnyLiveEvent[] = [];

  publish(event: object): void {
    this.events.push(event as AnyLiveEvent);
  }

  /** The payloads of one type. */
  of<T extends LiveEventType>(type: T): LivePayload<T>[] {
    return this.events.filter((event) => event.type === type).map(({ payload }) => payload as LivePayload<T>);
  }
}
