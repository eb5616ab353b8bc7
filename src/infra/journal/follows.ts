import type { JournalEntry } from './journal-record.ts';

/**
 * True if, as far as can be known, no event is missing between a history and the commands that would be applied after it:
 * after a gap they would affect other rows than those they were meant for.
 * @param seq the last seq of the history.
 * @param known the highest seq known to anybody.
 */
export function follows(entries: readonly JournalEntry[], seq: number, known: number): boolean {
  let reached = seq;
  const applied = entries.flatMap((entry) => entry.applied ?? []).sort((a, b) => a.first_seq - b.first_seq);
  for (const outcome of applied) {
    if (outcome.seq <= reached) continue;
    if (outcome.first_seq !== reached + 1) return false;
    reached = outcome.seq;
  }
  const open = entries.filter(({ applied, failed }) => applied === undefined && failed === undefined);
  return known <= reached && open.every(({ since }) => since <= reached);
}
