import type { Area } from '../../../events/areas.ts';
import type { ChangeBatch, ChangeFeedListener } from '../../../events/change-feed.ts';
import type { DomainEvent } from '../../../events/domain-event.ts';
import type { EventLog } from '../../../events/event-log.ts';
import { sqlText, type Selection } from './sql.ts';
import type { EngineConnection } from './engine-connection.ts';

/** Events held in memory; older ones are looked up in the engine. */
const RECENT_MAX = 2_000;

/** The event log as the connection sees it: the newest events in memory, the rest in event_log. */
export class EngineEventLog implements EventLog, ChangeFeedListener {
  /** Gapless, oldest first. */
  #recent: DomainEvent[] = [];
  #epoch: string | undefined;
  #seq = 0;

  constructor(private readonly connection: EngineConnection) {}

  /** Goes on behind what an earlier run of the service knew: none of it is in memory. Before the first batch. */
  resume({ epoch, seq }: { epoch: string; seq: number }): void {
    this.#epoch = epoch;
    this.#seq = seq;
  }

  onBatch(batch: ChangeBatch): void {
    const { epoch, seq, events } = batch;
    const follows = this.#epoch === epoch && seq === this.#seq + events.length;
    if (batch.kind === 'baseline' && !follows) this.#recent = [];
    this.#epoch = epoch;
    this.#seq = seq;
    this.#recent.push(...events);
    // Trimmed by halves, so that the cost of moving the rest is paid rarely.
    if (this.#recent.length > 2 * RECENT_MAX) this.#recent = this.#recent.slice(-RECENT_MAX);
  }

  async read(fromSeq: number, limit: number): Promise<DomainEvent[]> {
    const from = Math.max(1, fromSeq);
    if (from > this.#seq || limit <= 0) return [];
    const first = this.#recent[0]?.seq ?? this.#seq + 1;
    if (from >= first) return this.#recent.slice(from - first, from - first + limit);
    const to = Math.min(from + limit - 1, this.#seq);
    return this.#lookUp({ from, to });
  }

  history(area: Area, entityId: string): Promise<DomainEvent[]> {
    const where = `area = ${sqlText(area)} AND entity_id = ${sqlText(entityId)}`;
    return this.#lookUp({ from: 1, to: this.#seq, where });
  }

  async #lookUp(selection: Selection): Promise<DomainEvent[]> {
    const rows = await this.connection.fetch('event_log', selection);
    return (rows as unknown as DomainEvent[]).toSorted((a, b) => a.seq - b.seq);
  }
}
