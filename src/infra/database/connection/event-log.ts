import type { Area } from '../../../events/areas.ts';
import type { DomainEvent } from '../../../events/domain-event.ts';
import type { EventLog } from '../../../events/event-log.ts';
import type { EngineConnection } from './engine-connection.ts';
import { sqlText, type Selection } from './sql.ts';

/** The event log as the connection sees it: the newest events in memory, the rest in event_log. */
export class EngineEventLog implements EventLog {
  constructor(private readonly connection: Pick<EngineConnection, 'recent' | 'fetch'>) {}

  async read(fromSeq: number, limit: number): Promise<DomainEvent[]> {
    const { recent } = this.connection;
    const from = Math.max(1, fromSeq);
    if (from > recent.seq || limit <= 0) return [];
    return recent.from(from, limit) ?? this.#lookUp({ from, to: Math.min(from + limit - 1, recent.seq) });
  }

  history(area: Area, entityId: string): Promise<DomainEvent[]> {
    const where = `area = ${sqlText(area)} AND entity_id = ${sqlText(entityId)}`;
    return this.#lookUp({ from: 1, to: this.connection.recent.seq, where });
  }

  async #lookUp(selection: Selection): Promise<DomainEvent[]> {
    const rows = await this.connection.fetch('event_log', selection);
    return (rows as unknown as DomainEvent[]).toSorted((a, b) => a.seq - b.seq);
  }
}
