import type { Area } from './areas.ts';
import type { DomainEvent } from './domain-event.ts';

/** The durable record, read back. */
export interface EventLog {
  /**
   * Events with `from_seq <= seq`, oldest first, at most `limit`.
   * @throws HeycatError ENGINE_UNAVAILABLE when they are not in memory and the engine cannot be asked.
   */
  read(fromSeq: number, limit: number): Promise<DomainEvent[]>;

  /** All events of one entity, oldest first. Throws as {@link read}. */
  history(area: Area, entityId: string): Promise<DomainEvent[]>;
}

export const EVENT_LOG = Symbol('EventLog');
