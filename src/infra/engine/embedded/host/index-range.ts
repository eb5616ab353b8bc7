import { KeyWriter, behind } from './key-writer.ts';
import { ERRNO, Errno } from './errno.ts';
import type { IndexAccess } from '../store/table-access.ts';
import type { IndexRange } from '../store/transaction.ts';

const [INCLUDED, EXCLUDED, UNBOUNDED] = [0, 1, 2];
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
  const prefix = index.prefix + prefixKey(index, asked.prefix, prefixColumns);
  const open = columns.length > prefixColumns + 1;
  const start = boundKey(index, bounded, asked.start);
  const end = boundKey(index, bounded, asked.end);
  return { index, start: lower(prefix, start, open), end: upper(prefix, end, open) };
}

interface Bound {
  kind: number;
  key: string;
}

function lower(prefix: string, { kind, key }: Bound, open: boolean): string {
  // A key that is all 0xff bytes has nothing behind it but its own end.
  if (kind === EXCLUDED && !open) return behind(prefix + key) ?? `${prefix + key}\xff`;
  return prefix + key;
}

function upper(prefix: string, { kind, key }: Bound, open: boolean): string | undefined {
  return kind === EXCLUDED && !open ? prefix + key : behind(prefix + key);
}

function prefixKey(index: IndexAccess, prefix: Buffer, count: number): string {
  writer.reset();
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

function boundKey(index: IndexAccess, column: number, bound: Buffer): Bound {
  const kind = bound[0];
  if (kind === UNBOUNDED) return { kind, key: '' };
  const key =
    kind === INCLUDED || kind === EXCLUDED ? index.table.valueKey(column, bound.subarray(1)) : undefined;
  if (key === undefined) throw new Errno(ERRNO.BSATN_DECODE_ERROR);
  return { kind: kind!, key };
}
