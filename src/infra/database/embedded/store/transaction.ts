import { ERRNO, Errno } from '../host/errno.ts';
import type { TableChange } from '../module-host.ts';
import { asText, layered, type Readable, type Stored, type Writes } from './key-value.ts';
import { behind } from './keys.ts';
import { OrderedMap } from './ordered-map.ts';
import type { Sequences } from './sequences.ts';
import type { IndexAccess, TableAccess } from './table-access.ts';

interface Touched {
  table: TableAccess;
  before: Buffer | undefined;
}

/** Index entries from `start` up to but without `end`, keys with their prefix. */
export interface IndexRange {
  index: IndexAccess;
  start: string;
  end: string | undefined;
  /** There can be no other entry than the one at `start`. */
  isPoint: boolean;
}

/** What one reducer reads and writes; dropping it is the rollback. Rows are a set: no two are wholly equal. */
export class Transaction {
  readonly writes: Writes = new OrderedMap<Stored | null>();
  private readonly view: Readable;
  private readonly touched = new Map<string, Touched>();
  private readonly added = new Map<TableAccess, number>();

  constructor(
    private readonly committed: Readable,
    private readonly sequences: Sequences,
  ) {
    this.view = layered(this.writes, committed);
  }

  count(table: TableAccess): number {
    return rowCount(this.committed, table) + (this.added.get(table) ?? 0);
  }

  /**
   * Adds the row at the beginning of `bytes`; one that is there already changes nothing. Returns the values that
   * sequences put into it, as BSATN.
   */
  insert(table: TableAccess, bytes: Buffer): Buffer {
    const { row, generated } = this.newRow(table, bytes);
    const rowKey = table.rowKey(row);
    const present = this.row(rowKey);
    if (present?.equals(row)) return generated;
    if (present !== undefined) throw new Errno(ERRNO.UNIQUE_ALREADY_EXISTS);
    this.checkUnique(table, row);
    this.put(table, rowKey, row);
    return generated;
  }

  /** Replaces the row with the same value in a unique index. */
  update(table: TableAccess, index: IndexAccess | undefined, bytes: Buffer): Buffer {
    const { row, generated } = this.newRow(table, bytes);
    if (index === undefined) throw new Errno(ERRNO.NO_SUCH_INDEX);
    if (!index.schema.unique) throw new Errno(ERRNO.INDEX_NOT_UNIQUE);
    const key = table.indexKey(index, row);
    const oldKey = index.holdsRows ? key : this.find(index, key);
    const old = oldKey === undefined ? undefined : this.row(oldKey);
    this.checkUnique(table, row, { index, rowKey: old === undefined ? undefined : oldKey });
    if (oldKey === undefined || old === undefined) throw new Errno(ERRNO.NO_SUCH_ROW);
    if (old.equals(row)) return generated;
    const rowKey = table.rowKey(row);
    this.replace(table, { oldKey, old, rowKey, row });
    return generated;
  }

  /** True when it was there. */
  delete(table: TableAccess, rowKey: string): boolean {
    const row = this.row(rowKey);
    if (row === undefined) return false;
    table.parse(row);
    for (const index of table.indexes)
      if (!index.holdsRows) this.writes.set(table.entryKey(index, row, rowKey), null);
    this.setRow(table, rowKey, { before: row, after: undefined });
    return true;
  }

  /** Deletes those of the rows, BSATN of a list of them, that are there; returns how many were. */
  deleteRows(table: TableAccess, bytes: Buffer): number {
    if (bytes.length < 4) throw new Errno(ERRNO.BSATN_DECODE_ERROR);
    const rows: Buffer[] = [];
    for (let left = bytes.readUInt32LE(0), at = 4; left > 0; left--) {
      const end = table.parse(bytes, at);
      if (end < 0) throw new Errno(ERRNO.BSATN_DECODE_ERROR);
      rows.push(bytes.subarray(at, end));
      at = end;
    }
    let deleted = 0;
    for (const row of rows) {
      table.parse(row);
      const rowKey = table.rowKey(row);
      if (this.row(rowKey)?.equals(row) && this.delete(table, rowKey)) deleted++;
    }
    return deleted;
  }

  deleteRange(range: IndexRange): number {
    const keys = [...this.rowKeys(range)];
    return keys.filter((rowKey) => this.delete(range.index.table, rowKey)).length;
  }

  rows(range: IndexRange): Iterable<Buffer> {
    if (!range.isPoint) return this.rowsBetween(range);
    const row = this.rowAt(range);
    return row === undefined ? [] : [row];
  }

  private rowAt({ index, start }: IndexRange): Buffer | undefined {
    const rowKey = index.holdsRows ? start : this.find(index, start);
    return rowKey === undefined ? undefined : this.row(rowKey);
  }

  private *rowsBetween(range: IndexRange): Generator<Buffer> {
    const { index } = range;
    if (index.holdsRows) {
      for (const [, row] of this.view.range(range.start, range.end)) yield row as Buffer;
      return;
    }
    for (const rowKey of this.rowKeys(range)) {
      const row = this.row(rowKey);
      if (row !== undefined) yield row;
    }
  }

  *allRows(table: TableAccess): Generator<Buffer> {
    const start = table.rowPrefix;
    for (const [, row] of this.view.range(start, behind(start))) yield row as Buffer;
  }

  /** Net effect, by table; also writes the row counts. */
  changes(): TableChange[] {
    const changes = new Map<TableAccess, TableChange>();
    for (const [key, { table, before }] of this.touched) {
      const after = (this.writes.get(key) ?? undefined) as Buffer | undefined;
      if (before === after || (before !== undefined && after !== undefined && before.equals(after))) continue;
      let change = changes.get(table);
      if (change === undefined)
        changes.set(table, (change = { table: table.schema, inserts: [], deletes: [] }));
      if (before !== undefined) change.deletes.push(before);
      if (after !== undefined) change.inserts.push(after);
    }
    for (const [table, added] of this.added) {
      if (added === 0) continue;
      const count = Buffer.allocUnsafe(8);
      count.writeBigUInt64LE(BigInt(this.count(table)));
      this.writes.set(table.countKey, count);
    }
    return [...changes.values()].sort((left, right) => left.table.id - right.table.id);
  }

  private *rowKeys({ index, start, end, isPoint }: IndexRange): Generator<string> {
    if (isPoint) {
      const rowKey = this.find(index, start);
      if (rowKey !== undefined) yield rowKey;
      return;
    }
    for (const [key, value] of this.view.range(start, end)) yield index.holdsRows ? key : asText(value);
  }

  private row(rowKey: string): Buffer | undefined {
    return this.view.get(rowKey) as Buffer | undefined;
  }

  /** Key of the row with this value in a unique index. */
  private find(index: IndexAccess, key: string): string | undefined {
    const value = this.view.get(key);
    if (value === undefined) return undefined;
    return index.holdsRows ? key : asText(value);
  }

  private newRow(table: TableAccess, bytes: Buffer): { row: Buffer; generated: Buffer } {
    const end = table.parse(bytes);
    if (end < 0) throw new Errno(ERRNO.BSATN_DECODE_ERROR);
    const row = Buffer.allocUnsafe(end);
    bytes.copy(row, 0, 0, end);
    return { row, generated: this.sequences.fill(table, row, this.writes) };
  }

  private checkUnique(
    table: TableAccess,
    row: Buffer,
    replaced?: { index: IndexAccess; rowKey: string | undefined },
  ): void {
    for (const index of table.indexes) {
      if (!index.schema.unique || index === replaced?.index || (index.holdsRows && replaced === undefined))
        continue;
      const holder = this.find(index, table.indexKey(index, row));
      if (holder !== undefined && holder !== replaced?.rowKey) throw new Errno(ERRNO.UNIQUE_ALREADY_EXISTS);
    }
  }

  private put(table: TableAccess, rowKey: string, row: Buffer): void {
    for (const index of table.indexes)
      if (!index.holdsRows) this.writes.set(table.entryKey(index, row, rowKey), rowKey);
    this.setRow(table, rowKey, { before: undefined, after: row });
  }

  /** Expects the new row to be parsed; leaves alone the index entries that stay the same. */
  private replace(
    table: TableAccess,
    change: { oldKey: string; old: Buffer; rowKey: string; row: Buffer },
  ): void {
    const { oldKey, old, rowKey, row } = change;
    const indexes = table.indexes.filter(({ holdsRows }) => !holdsRows);
    const newEntries = indexes.map((index) => table.entryKey(index, row, rowKey));
    table.parse(old);
    const oldEntries = indexes.map((index) => table.entryKey(index, old, oldKey));
    for (const [position, entry] of newEntries.entries()) {
      if (entry === oldEntries[position] && rowKey === oldKey) continue;
      this.writes.set(oldEntries[position]!, null);
      this.writes.set(entry, rowKey);
    }
    if (rowKey !== oldKey) this.setRow(table, oldKey, { before: old, after: undefined });
    this.setRow(table, rowKey, { before: rowKey === oldKey ? old : undefined, after: row });
  }

  private setRow(
    table: TableAccess,
    rowKey: string,
    { before, after }: { before: Buffer | undefined; after: Buffer | undefined },
  ): void {
    if (!this.touched.has(rowKey)) this.touched.set(rowKey, { table, before });
    const added = Number(after !== undefined) - Number(before !== undefined);
    if (added !== 0) this.added.set(table, (this.added.get(table) ?? 0) + added);
    this.writes.set(rowKey, after ?? null);
  }
}

export function rowCount(store: Readable, table: TableAccess): number {
  const stored = store.get(table.countKey);
  return stored instanceof Buffer ? Number(stored.readBigUInt64LE()) : 0;
}
