import type { Area } from '../../events/areas.ts';
import type { AreaRows, RowChange } from '../../events/rows.ts';
import { ROW_KEY, type KeyedRow } from './remote-module.ts';

type AnyRow = AreaRows[Area];

/**
 * The rows as they were last told to the read models. After a reconnect the SDK gives every row again as if it were
 * new; compared with the mirror only the real differences remain.
 */
export class RowMirror {
  readonly #rows = new Map<Area, Map<unknown, AnyRow>>();

  /** Records one live change; returns it with the row that was there before. */
  change(area: Area, row: KeyedRow, gone: boolean): RowChange | undefined {
    const rows = this.#of(area);
    const key = row[ROW_KEY];
    const before = rows.get(key);
    if (gone) {
      if (before === undefined) return undefined;
      rows.delete(key);
      return { area, before } as RowChange;
    }
    const after = row as unknown as AnyRow;
    rows.set(key, after);
    return { area, before, after } as RowChange;
  }

  /** Replaces an area's rows by a baseline; returns what differs. A row's seq changes with each of its events. */
  diff(area: Area, baseline: Iterable<KeyedRow>): RowChange[] {
    const old = this.#of(area);
    const fresh = new Map<unknown, AnyRow>();
    const changes: RowChange[] = [];
    for (const row of baseline) {
      const key = row[ROW_KEY];
      const after = row as unknown as AnyRow;
      const before = old.get(key);
      fresh.set(key, after);
      if (before === undefined || !sameRow(before, after)) changes.push({ area, before, after } as RowChange);
    }
    for (const [key, before] of old) if (!fresh.has(key)) changes.push({ area, before } as RowChange);
    this.#rows.set(area, fresh);
    return changes;
  }

  #of(area: Area): Map<unknown, AnyRow> {
    let rows = this.#rows.get(area);
    if (rows === undefined) this.#rows.set(area, (rows = new Map()));
    return rows;
  }
}

/** Equal seqs are not enough: after a restore the same seq may stand for another history. */
function sameRow(a: AnyRow, b: AnyRow): boolean {
  return a.seq === b.seq && JSON.stringify(a) === JSON.stringify(b);
}
