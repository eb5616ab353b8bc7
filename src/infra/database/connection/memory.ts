import type { Area } from '../../../events/areas.ts';
import type { ChangeBatch } from '../../../events/change-feed.ts';
import type { DomainEvent } from '../../../events/domain-event.ts';
import type { AreaRows, RowChange } from '../../../events/rows.ts';
import { rowKey, type RowKey } from '../../../projections/row-projection.ts';
import type { KeyedRow } from './remote-module.ts';

type AnyRow = AreaRows[Area];

/** Events held in memory; older ones are looked up in the engine. */
const RECENT_MAX = 2_000;

/** What outlives a session: how far the read models are, and the rows that were delivered to them. */
export class ConnectionMemory {
  epoch: string | undefined;
  seq = 0;
  readonly rows = new RowMirror();
}

/**
 * The rows as they were last delivered to the read models. After a reconnect the SDK gives every row again as if it
 * were new; compared with the mirror only the real differences remain.
 */
export class RowMirror {
  readonly #rows = new Map<Area, Map<RowKey, AnyRow>>();

  /** Replaces an area's rows by those that were delivered in an earlier run of the service. */
  recall(area: Area, rows: readonly AnyRow[]): void {
    this.#rows.set(area, new Map(rows.map((row) => [rowKey(row), row])));
  }

  /** Records one live change; returns it with the row that was there before. */
  change(area: Area, row: KeyedRow, gone: boolean): RowChange | undefined {
    const rows = this.#of(area);
    const after = row as unknown as AnyRow;
    const key = rowKey(after);
    const before = rows.get(key);
    if (gone) {
      if (before === undefined) return undefined;
      rows.delete(key);
      return { area, before } as RowChange;
    }
    rows.set(key, after);
    return { area, before, after } as RowChange;
  }

  /** Replaces an area's rows by a baseline; returns what differs. A row's seq changes with each of its events. */
  diff(area: Area, baseline: Iterable<KeyedRow>): RowChange[] {
    const old = this.#of(area);
    const fresh = new Map<RowKey, AnyRow>();
    const changes: RowChange[] = [];
    for (const row of baseline) {
      const after = row as unknown as AnyRow;
      const key = rowKey(after);
      const before = old.get(key);
      const isSame = before !== undefined && sameRow(before, after);
      // The read models hold the row before, so that keeping it keeps one copy.
      fresh.set(key, isSame ? before : after);
      if (!isSame) changes.push({ area, before, after } as RowChange);
    }
    for (const [key, before] of old) if (!fresh.has(key)) changes.push({ area, before } as RowChange);
    this.#rows.set(area, fresh);
    return changes;
  }

  #of(area: Area): Map<RowKey, AnyRow> {
    let rows = this.#rows.get(area);
    if (rows === undefined) this.#rows.set(area, (rows = new Map<RowKey, AnyRow>()));
    return rows;
  }
}

/** The newest events that were delivered, gapless and oldest first. */
export class RecentEvents {
  #events: DomainEvent[] = [];
  #epoch: string | undefined;
  #seq = 0;

  /** Seq of the newest event that was delivered. */
  get seq(): number {
    return this.#seq;
  }

  /** Goes on behind what an earlier run of the service knew: none of it is in memory. Before the first batch. */
  resume({ epoch, seq }: { epoch: string; seq: number }): void {
    this.#epoch = epoch;
    this.#seq = seq;
  }

  add({ kind, epoch, seq, events }: ChangeBatch): void {
    const follows = this.#epoch === epoch && seq === this.#seq + events.length;
    if (kind === 'baseline' && !follows) this.#events = [];
    this.#epoch = epoch;
    this.#seq = seq;
    this.#events.push(...events);
    // Trimmed by halves, so that the cost of moving the rest is paid rarely.
    if (this.#events.length > 2 * RECENT_MAX) this.#events = this.#events.slice(-RECENT_MAX);
  }

  /** Events from a seq on, at most `limit`; undefined when that one is not in memory. */
  from(seq: number, limit: number): DomainEvent[] | undefined {
    const first = this.#events[0]?.seq ?? this.#seq + 1;
    return seq < first ? undefined : this.#events.slice(seq - first, seq - first + limit);
  }
}

/** Equal seqs are not enough: after a restore the same seq may stand for another history. */
function sameRow(a: AnyRow, b: AnyRow): boolean {
  return (
    a.seq === b.seq && Object.entries(a).every(([column, value]) => sameValue(value, Reflect.get(b, column)))
  );
}

function sameValue(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === 'object' && a !== null && JSON.stringify(a) === JSON.stringify(b));
}
