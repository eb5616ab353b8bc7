/** Rows in ascending order of their key: appending is O(1), finding O(log n), and no query has to sort. */
export class OrderedRows<Key extends number | string, Row> {
  readonly #rows: Row[] = [];

  constructor(private readonly keyOf: (row: Row) => Key) {}

  get size(): number {
    return this.#rows.length;
  }

  /** The live rows, for reading within the same synchronous step only. */
  get all(): readonly Row[] {
    return this.#rows;
  }

  get(key: Key): Row | undefined {
    const row = this.#rows[this.countBelow(key)];
    return row !== undefined && this.keyOf(row) === key ? row : undefined;
  }

  /** Adds the row, or replaces the one with its key. */
  put(row: Row): void {
    const key = this.keyOf(row);
    const last = this.#rows.at(-1);
    if (last === undefined || this.keyOf(last) < key) {
      this.#rows.push(row);
      return;
    }
    const index = this.countBelow(key);
    const present = this.keyOf(this.#rows[index] as Row) === key;
    this.#rows.splice(index, present ? 1 : 0, row);
  }

  /** Does nothing when there is no such row. */
  remove(key: Key): void {
    const index = this.countBelow(key);
    const row = this.#rows[index];
    if (row !== undefined && this.keyOf(row) === key) this.#rows.splice(index, 1);
  }

  /** How many rows have a smaller key, which is also the index of the first that has not. */
  countBelow(key: Key): number {
    let low = 0;
    let high = this.#rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.keyOf(this.#rows[middle] as Row) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
