import type { Area } from '../events/areas.ts';
import type { AreaRows } from '../events/rows.ts';
import type { Projection } from './projection.ts';
import type { RowPage } from './snapshot.ts';

export type RowKey = number | string;

/** Settings are known by their key, everything else by its id. */
export type KeyOf<A extends Area> = A extends 'settings' ? string : number;

export function rowKey<A extends Area>(row: AreaRows[A]): KeyOf<A> {
  return ('id' in row ? row.id : row.key) as KeyOf<A>;
}

/** Rows in ascending order of their key: appending is O(1), finding O(log n), and no query has to sort. */
export class OrderedRows<Key extends number | string, Row> {
  readonly #rows: Row[];
  /** Pages whose rows nobody has read yet: holes from `start` on. */
  #unread: { start: number; page: RowPage<Row> }[] = [];

  /** @param pages rows to begin with; a page is read when a row of it is needed. */
  constructor(
    private readonly keyOf: (row: Row) => Key,
    pages: readonly RowPage<Row>[] = [],
  ) {
    let size = 0;
    for (const page of pages) {
      this.#unread.push({ start: size, page });
      size += page.count;
    }
    this.#rows = Array.from<Row>({ length: size });
  }

  get size(): number {
    return this.#rows.length;
  }

  /** The live rows, for reading within the same synchronous step only. */
  get all(): readonly Row[] {
    this.#read(0, this.size);
    return this.#rows;
  }

  /** Those at the places from `start` to before `end`. */
  slice(start: number, end: number): Row[] {
    this.#read(start, end);
    return this.#rows.slice(start, end);
  }

  get(key: Key): Row | undefined {
    const row = this.#at(this.countBelow(key));
    return row !== undefined && this.keyOf(row) === key ? row : undefined;
  }

  /** Adds the row, or replaces the one with its key. */
  put(row: Row): void {
    const key = this.keyOf(row);
    const last = this.#at(this.size - 1);
    if (last === undefined || this.keyOf(last) < key) {
      this.#rows.push(row);
      return;
    }
    const index = this.countBelow(key);
    if (this.keyOf(this.#at(index) as Row) === key) {
      this.#rows[index] = row;
      return;
    }
    this.#read(0, this.size);
    this.#rows.splice(index, 0, row);
  }

  /** Does nothing when there is no such row. */
  remove(key: Key): void {
    const index = this.countBelow(key);
    const row = this.#at(index);
    if (row === undefined || this.keyOf(row) !== key) return;
    this.#read(0, this.size);
    this.#rows.splice(index, 1);
  }

  /** How many rows have a smaller key, which is also the index of the first that has not. */
  countBelow(key: Key): number {
    let low = 0;
    let high = this.#rows.length;
    // Mostly the newest row is meant, or one that is still newer.
    const newest = this.#at(high - 1);
    const last = newest === undefined ? undefined : this.keyOf(newest);
    if (last !== undefined && last <= key) return last < key ? high : high - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.keyOf(this.#at(middle) as Row) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #at(index: number): Row | undefined {
    if (this.#unread.length > 0) this.#read(index, index + 1);
    return this.#rows[index];
  }

  /** Fills the holes between two places. */
  #read(from: number, to: number): void {
    if (this.#unread.length === 0) return;
    this.#unread = this.#unread.filter(({ start, page }) => {
      if (start >= to || start + page.count <= from) return true;
      page.rows().forEach((row, offset) => (this.#rows[start + offset] = row));
      return false;
    });
  }
}

/** All rows of one area, in order of id or key. */
export type AreaState<A extends Area> = OrderedRows<KeyOf<A>, AreaRows[A]>;

interface Definition<A extends Area, View> {
  area: A;
  version: number;
  view: (rows: AreaState<A>) => View;
}

/** A read model that holds the rows of one area as they are; it has the area's name. */
export function rowProjection<A extends Area, View>({
  area,
  version,
  view,
}: Definition<A, View>): Projection<AreaState<A>, View> {
  return {
    name: area,
    version,
    view,
    initial: (pages) => new OrderedRows(rowKey<A>, pages as readonly RowPage<AreaRows[A]>[]),
    apply: (rows, change) => {
      if (change.area !== area) return;
      const { before, after } = change as { before?: AreaRows[A]; after?: AreaRows[A] };
      if (after !== undefined) rows.put(after);
      else if (before !== undefined) rows.remove(rowKey<A>(before));
    },
    content: (rows) => rows.all,
  };
}
