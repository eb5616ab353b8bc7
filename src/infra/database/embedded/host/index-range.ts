import { EngineError } from '../engine-error.ts';
import type { Bound as ColumnBound, ColumnRange } from '../module-host.ts';
import { behind, KeyWriter, LONGEST_TEXT } from '../store/keys.ts';
import { ERRNO, Errno } from './errno.ts';
import type { IndexAccess, TableAccess } from '../store/table-access.ts';
import type { IndexRange } from '../store/transaction.ts';

const [INCLUDED, EXCLUDED, UNBOUNDED] = [0, 1, 2];
const NO_BYTES = Buffer.alloc(0);
const writer = new KeyWriter();

/** A range as the module asks for it, all BSATN: equal first columns, then bounds of the next one. */
export interface RangeArguments {
  prefix: Buffer;
  prefixColumns: number;
  start: Buffer;
  end: Buffer;
}

/**
 * The index entries that are meant. In an index with further columns behind the bounded one an excluded bound is
 * included: the server fills those columns with least and greatest values, which lets equal ones through.
 */
export function indexRange(index: IndexAccess, asked: RangeArguments): IndexRange {
  const { columns } = index.schema;
  const prefixColumns = columns.length === 1 && asked.prefix.length === 0 ? 0 : asked.prefixColumns;
  const bounded = columns[prefixColumns];
  if (bounded === undefined) throw new Errno(ERRNO.BSATN_DECODE_ERROR);
  const prefix = prefixColumns === 0 ? index.prefix : prefixKey(index, asked.prefix, prefixColumns);
  const open = columns.length > prefixColumns + 1;
  const start = boundKey(index, bounded, { prefix, bound: asked.start });
  const end = asked.end === asked.start ? start : boundKey(index, bounded, { prefix, bound: asked.end });
  const isPoint =
    !open && index.schema.unique && start.kind === INCLUDED && end.kind === INCLUDED && start.key === end.key;
  return { index, start: lower(start, open), end: upper(end, open), isPoint };
}

/**
 * The entries of an index for a range of its first column; undefined where no index orders such values: long texts are
 * kept under a hash, which only finds equal ones.
 */
export function columnRange(table: TableAccess, { column, from, to }: ColumnRange): IndexRange | undefined {
  const index = table.indexes.find(({ schema }) => schema.columns[0] === column);
  const isOrdered = [from, to].every((bound) => bound === undefined || bound.value.length <= LONGEST_TEXT);
  if (index === undefined || (from !== to && !isOrdered)) return undefined;
  const start = asAsked(from);
  try {
    return indexRange(index, {
      prefix: NO_BYTES,
      prefixColumns: 0,
      start,
      end: from === to ? start : asAsked(to),
    });
  } catch (cause) {
    throw new EngineError('INVALID_ARGUMENT', 'A bound is no value of its column.', {}, { cause });
  }
}

function asAsked(bound: ColumnBound | undefined): Buffer {
  if (bound === undefined) return Buffer.of(UNBOUNDED);
  return Buffer.concat([Buffer.of(bound.isIncluded ? INCLUDED : EXCLUDED), bound.value]);
}

interface Bound {
  kind: number;
  /** With the prefix. */
  key: string;
}

function lower({ kind, key }: Bound, open: boolean): string {
  // The prefix in front names an index below 0xffffffff, so there always is a key behind.
  return kind === EXCLUDED && !open ? (behind(key) ?? key) : key;
}

function upper({ kind, key }: Bound, open: boolean): string | undefined {
  return kind === EXCLUDED && !open ? key : behind(key);
}

function prefixKey(index: IndexAccess, prefix: Buffer, count: number): string {
  writer.begin(index.prefix);
  let at = 0;
  for (const column of index.schema.columns.slice(0, count)) {
    const codec = index.table.codecs[column]!;
    const end = codec.end(prefix, at);
    if (end < 0) throw new Errno(ERRNO.BSATN_DECODE_ERROR);
    codec.writeKey(prefix, at, writer);
    at = end;
  }
  return writer.take();
}

function boundKey(
  index: IndexAccess,
  column: number,
  { prefix, bound }: { prefix: string; bound: Buffer },
): Bound {
  const kind = bound[0];
  if (kind === UNBOUNDED) return { kind, key: prefix };
  if (kind !== INCLUDED && kind !== EXCLUDED) throw new Errno(ERRNO.BSATN_DECODE_ERROR);
  const key = index.table.valueKey(column, bound, { prefix, offset: 1 });
  if (key === undefined) throw new Errno(ERRNO.BSATN_DECODE_ERROR);
  return { kind, key };
}
