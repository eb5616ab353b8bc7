import type { EphemeralEvent } from './domain-event.ts';

/** Tells subscribers something that has no seq and is never replayed. */
export abstract class EventTeller {
  /** Returns at once and never throws; whoever does not listen now never hears it. */
  abstract tell(event: EphemeralEvent): void;
}
