import { createHash } from 'node:crypto';
import type { SequenceDefinition } from '../host/module-definition.ts';
import { compileEnd, type End } from '../../../bsatn/layout.ts';
import { compileKey, KeyWriter, type WriteKey } from './keys.ts';
import type { IndexSchema, TableSchema } from '../module-host.ts';

/** Where the values of a column end, and how they become keys. */
interface ColumnCodec {
  end: End;
  writeKey: WriteKey;
}

export interface IndexAccess {
  schema: IndexSchema;
  table: TableAccess;
  /** In front of its entries; for the index that the rows themselves are kept in, in front of the rows. */
  prefix: string;
  holdsRows: boolean;
}

/** How one table's rows lie in the store: which keys a row has, and where its columns begin. */
export class TableAccess {
  readonly rowPrefix: string;
  readonly countKey: string;
  readonly codecs: readonly ColumnCodec[];
  readonly indexes: IndexAccess[];
  /** The unique index on the primary key; rows of a table without one are kept under their hash. */
  readonly rowIndex: IndexAccess | undefined;
  private readonly offsets: Int32Array;
  private readonly writer = new KeyWriter();

  constructor(
    readonly schema: TableSchema,
    readonly sequences: SequenceDefinition[],
  ) {
    this.rowPrefix = prefix('r', schema.id);
    this.countKey = prefix('c', schema.id);
    this.codecs = schema.columns.map(({ type }) => ({ end: compileEnd(type), writeKey: compileKey(type) }));
    this.offsets = new Int32Array(schema.columns.length);
    const rowIndex = schema.indexes.find(
      ({ unique, columns }) => unique && columns.length === 1 && columns[0] === schema.primaryKey,
    );
    this.indexes = schema.indexes.map((index) => ({
      schema: index,
      table: this,
      prefix: index === rowIndex ? this.rowPrefix : prefix('i', index.id),
      holdsRows: index === rowIndex,
    }));
    this.rowIndex = this.indexes.find(({ holdsRows }) => holdsRows);
  }

  /** Finds the columns of a row for the next `…Key` calls; returns where the row ends, or -1 when it is none. */
  parse(bytes: Buffer, start = 0): number {
    let at = start;
    for (let column = 0; column < this.codecs.length; column++) {
      this.offsets[column] = at;
      at = this.codecs[column]!.end(bytes, at);
      if (at < 0) return -1;
    }
    return at;
  }

  offset(column: number): number {
    return this.offsets[column]!;
  }

  /** Key of the row that was parsed last. */
  rowKey(row: Buffer): string {
    if (this.rowIndex !== undefined) return this.indexKey(this.rowIndex, row);
    return this.rowPrefix + createHash('sha256').update(row).digest().toString('latin1');
  }

  /** What all rows with the same values in an index's columns as the row that was parsed last are found by. */
  indexKey(index: IndexAccess, row: Buffer): string {
    this.writeIndexKey(index, row);
    return this.writer.take();
  }

  /** Key of the entry of the row that was parsed last. */
  entryKey(index: IndexAccess, row: Buffer, rowKey: string): string {
    this.writeIndexKey(index, row);
    const key = this.writer.take();
    return index.schema.unique ? key : key + rowKey.slice(PREFIX);
  }

  /** Key form, behind a prefix, of the value of a column at an offset, or undefined when there is no such value. */
  valueKey(column: number, bytes: Buffer, { prefix = '', offset = 0 } = {}): string | undefined {
    const codec = this.codecs[column]!;
    if (codec.end(bytes, offset) < 0) return undefined;
    this.writer.begin(prefix);
    codec.writeKey(bytes, offset, this.writer);
    return this.writer.take();
  }

  private writeIndexKey(index: IndexAccess, row: Buffer): void {
    this.writer.begin(index.prefix);
    for (const column of index.schema.columns)
      this.codecs[column]!.writeKey(row, this.offsets[column]!, this.writer);
  }
}

/** Length of a prefix: a letter and a 32-bit id. */
const PREFIX = 5;

function prefix(kind: string, id: number): string {
  return kind + String.fromCharCode((id >>> 24) & 255, (id >>> 16) & 255, (id >>> 8) & 255, id & 255);
}
