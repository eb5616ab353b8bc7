import type { RowPage } from './snapshot.ts';

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
