import type { EphemeralEvent } from './domain-event.ts';

/** Tells subscribers something that has no seq and is never replayed. */
export interface EventTeller {
  /** Returns at once and never throws; whoever does not listen now never hears it. */
  tell(event: EphemeralEvent): void;
}

export const EVENT_TELLER = Symbol('EventTeller');
