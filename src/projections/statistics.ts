import type { RecordingRow } from '../events/rows.ts';
import { OrderedRows } from './row-projection.ts';
import type { Projection } from './projection.ts';
import type { RowPage } from './snapshot.ts';
import { IsAnyListOf, IsObject } from '../fields/collections.ts';
import { IsDay, IsInteger, IsNumber } from '../fields/fields.ts';

/** What was dictated on one UTC day, in integer units so that adding and taking away leaves no remainder. */
interface DayCounts {
  day: string;
  takes: number;
  duration_ms: number;
  words: number;
}

type Days = OrderedRows<string, DayCounts>;

export class Totals {
  @IsInteger(0)
  takes!: number;

  /** Rounded to a thousandth. */
  @IsNumber()
  minutes!: number;

  @IsInteger(0)
  words!: number;
}

export class DayTotals extends Totals {
  /** In UTC. */
  @IsDay()
  day!: string;
}

export class StatisticsView {
  /** Oldest first; days without a take are left out. */
  @IsAnyListOf(IsObject(DayTotals))
  days!: DayTotals[];

  @IsObject(Totals)
  total!: Totals;
}

/** @param range days as YYYY-MM-DD, `from` included, `to` excluded. */
export function statisticsView(
  days: Days,
  range: { from?: string | undefined; to?: string | undefined } = {},
): StatisticsView {
  const start = range.from === undefined ? 0 : days.countBelow(range.from);
  const end = range.to === undefined ? days.size : days.countBelow(range.to);
  const total = { takes: 0, duration_ms: 0, words: 0 };
  const listed = days.all.slice(start, end).map((counts) => {
    add(total, counts, 1);
    return { day: counts.day, ...totals(counts) };
  });
  return { days: listed, total: totals(total) };
}

type Counts = Omit<DayCounts, 'day'>;

function totals({ takes, duration_ms, words }: Counts): Totals {
  return { takes, minutes: Math.round(duration_ms / 60) / 1000, words };
}

function add(sum: Counts, counts: Counts, sign: 1 | -1): void {
  sum.takes += sign * counts.takes;
  sum.duration_ms += sign * counts.duration_ms;
  sum.words += sign * counts.words;
}

function wordsIn(text: string | null): number {
  let words = 0;
  let isInWord = false;
  for (let at = 0; at < (text?.length ?? 0); at++) {
    const isSpace = isWhitespace(text!.charCodeAt(at));
    if (!isSpace && !isInWord) words += 1;
    isInWord = !isSpace;
  }
  return words;
}

function isWhitespace(code: number): boolean {
  if (code < 128) return code === 32 || (code >= 9 && code <= 13);
  return /\s/.test(String.fromCharCode(code));
}

function count(days: Days, recording: RecordingRow, sign: 1 | -1): void {
  const day = recording.created_at.slice(0, 10);
  const counts = { ...(days.get(day) ?? { day, takes: 0, duration_ms: 0, words: 0 }) };
  const { duration_ms, transcription } = recording;
  add(counts, { takes: 1, duration_ms, words: wordsIn(transcription) }, sign);
  if (counts.takes === 0) days.remove(day);
  else days.put(counts);
}

export const statistics: Projection<Days, StatisticsView> = {
  name: 'statistics',
  version: 1,
  initial: (pages) => new OrderedRows((counts) => counts.day, pages as readonly RowPage<DayCounts>[]),
  apply: (days, change) => {
    if (change.area !== 'recordings') return;
    if (change.before !== undefined) count(days, change.before, -1);
    if (change.after !== undefined) count(days, change.after, 1);
  },
  view: (days) => statisticsView(days),
  content: (days) => days.all,
};
