import type { Session } from '../database/connection/session.ts';
import type { JournalEntry } from './journal-record.ts';

/**
 * True when the engine has all of these, by its head alone: one that has lost something, or was put back from a copy,
 * lacks the end of its history.
 * @param epoch the history that they were applied in, as far as it is known.
 * @throws HeycatError ENGINE_UNAVAILABLE.
 */
export async function areHeld(
  settled: readonly JournalEntry[],
  session: Pick<Session, 'fetch'>,
  epoch: string | undefined,
): Promise<boolean> {
  if (settled.length === 0) return true;
  const [head] = await session.fetch('stream_heads', {});
  const newest = settled.reduce((most, { applied }) => Math.max(most, applied?.seq ?? 0), 0);
  return head !== undefined && head['epoch'] === epoch && Number(head['next_seq']) > newest;
}
