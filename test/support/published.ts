import type { AnyLiveEvent } from '../../src/events/live-event.ts';

/** An event bus that only keeps what is published. */
export class Published {
  readonly events: AnyLiveEvent[] = [];

  publish(event: object): void {
    this.events.push(event as AnyLiveEvent);
  }
}
