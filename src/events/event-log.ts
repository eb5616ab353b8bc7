import type { Area } from './areas.ts';
import type { DomainEvent } from './domain-event.ts';

/** The durable record, read back. */
export abstract class EventLog {
  /**
   * Events with `from_seq <= seq`, oldest first, at most `limit`.
   * @throws HeycatError ENGINE_UNAVAILABLE when they are not in memory and the engine cannot be asked.
   */
  abstract read(fromSeq: number, limit: number): Promise<DomainEvent[]>;

  /** All events of one entity, oldest first. Throws as {@link read}. */
  abstract history(area: Area, entityId: string): Promise<DomainEvent[]>;
}
