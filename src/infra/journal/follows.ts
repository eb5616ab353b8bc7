import type { JournalEntry } from './journal-record.ts';

/**
 * True when no event lies between a history and the commands that would be carried out behind it, by all that is known:
 * behind a gap they would hit other rows than those that they were meant for.
 * @param seq the last one of the history.
 * @param known the highest seq that anybody has heard of.
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
