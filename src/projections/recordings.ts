import { RecordingRow } from '../events/rows.ts';
import { IsAnyListOf, IsObject } from '../fields/collections.ts';
import { IsFlag, IsInteger, IsText, MayBeNull } from '../fields/fields.ts';
import { LIMITS } from '../fields/limits.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { rowProjection, type AreaState } from './row-projection.ts';

export const DEFAULT_PAGE = 50;

export interface RecordingsRequest {
  limit?: number | undefined;
  /** From an earlier page; that page goes on below its last id, whatever came or went in between. */
  cursor?: string | undefined;
  /** How many of the newest to leave out; not together with cursor. */
  offset?: number | undefined;
  matches?: ((row: RecordingRow) => boolean) | undefined;
}

export class RecordingsPage {
  /** Newest first, which is by id descending. */
  @IsAnyListOf(IsObject(RecordingRow))
  recordings!: readonly RecordingRow[];

  /** How many match, on all pages together. */
  @IsInteger(0)
  total_count!: number;

  @IsFlag()
  has_more!: boolean;

  /** Where the next page starts; null on the last one. */
  @MayBeNull()
  @IsText(LIMITS.cursor_chars)
  cursor!: string | null;
}

type Recordings = AreaState<'recordings'>;

/**
 * One page; O(limit) without `matches`, one pass over the rows with it.
 * @throws HeycatError INVALID_ARGUMENT for a wrong cursor.
 */
export function pageOfRecordings(rows: Recordings, request: RecordingsRequest = {}): RecordingsPage {
  const { limit = DEFAULT_PAGE, cursor, offset = 0, matches } = request;
  const end = cursor === undefined ? rows.size : rows.countBelow(decodeCursor(cursor));
  if (matches !== undefined) return filteredPage(rows, { limit, end, offset, matches });
  const stop = Math.max(0, end - offset);
  const start = Math.max(0, stop - limit);
  return page(rows.slice(start, stop).toReversed(), rows.size, start > 0);
}

interface FilteredRequest {
  limit: number;
  end: number;
  offset: number;
  matches: (row: RecordingRow) => boolean;
}

function filteredPage(rows: Recordings, { limit, end, offset, matches }: FilteredRequest): RecordingsPage {
  const found: RecordingRow[] = [];
  let total = 0;
  let reachable = 0;
  for (let index = rows.size - 1; index >= 0; index--) {
    const row = rows.all[index] as RecordingRow;
    if (!matches(row)) continue;
    total++;
    if (index >= end) continue;
    reachable++;
    if (reachable > offset && found.length < limit) found.push(row);
  }
  return page(found, total, reachable > offset + limit);
}

function page(recordings: RecordingRow[], total: number, hasMore: boolean): RecordingsPage {
  const last = recordings.at(-1);
  const cursor = hasMore && last !== undefined ? encodeCursor(last.id) : null;
  return { recordings, total_count: total, has_more: hasMore, cursor };
}

export const recordings = rowProjection({
  area: 'recordings',
  version: 1,
  view: (rows) => pageOfRecordings(rows),
});
