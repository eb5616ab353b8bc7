import * as fc from 'fast-check';
import { follows } from '../../../src/infra/journal/follows.ts';
import { newEntry, setOutcome, type JournalEntry } from '../../../src/infra/journal/journal-record.ts';

const AT = '2026-05-01T08:00:00.000Z';

function entry(position: number, since: number, applied?: [first: number, last: number]): JournalEntry {
  const made = newEntry(position, {
    command_id: `c${position}`,
    reducer: 'r',
    args: {},
    issued_at: AT,
    since,
  });
  if (applied !== undefined) {
    const [first_seq, seq] = applied;
    setOutcome(made, { applied: { first_seq, seq, result: {}, created_at: AT } });
  }
  return made;
}

it('BAK14 a journal follows a backup exactly where no event is missing in between', () => {
  const eventsOfEach = fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(eventsOfEach, fc.nat(), fc.nat(), fc.nat({ max: 2 }), (counts, saved, kept, waiting) => {
      let seq = 0;
      const ends = counts.map((count) => (seq += count));
      const history = counts.map((count, index) => {
        const last = ends[index]!;
        // Issued while up to two of those before it were under way.
        return entry(index + 1, ends[index - 3] ?? 0, [last - count + 1, last]);
      });
      const backup = [0, ...ends][saved % (counts.length + 1)]!;
      const journal = history.slice(kept % (counts.length + 1));
      for (let more = 0; more < waiting; more++) journal.push(entry(100 + more, seq));
      const applied = journal.filter(({ applied }) => applied !== undefined);
      const covered = [...Array(backup).keys()].map((index) => index + 1);
      const inJournal = applied.flatMap(({ applied: { first_seq, seq: last } = { first_seq: 1, seq: 0 } }) =>
        Array.from({ length: last - first_seq + 1 }, (_, index) => first_seq + index),
      );
      const isWhole = new Set([...covered, ...inJournal]).size === seq;
      expect(follows(journal, backup, seq)).toBe(isWhole);
    }),
  );
});

it('BAK14 a command that waits follows when nothing is known behind what it was decided upon', () => {
  expect(follows([entry(1, 5)], 5, 5)).toBe(true);
  expect(follows([entry(1, -1)], 5, 5)).toBe(true);
  expect(follows([entry(1, 6)], 5, 5)).toBe(false);
  expect(follows([entry(1, 5)], 5, 6)).toBe(false);
  // One that was given up stays in the list, whatever it was decided upon.
  const failed = entry(2, 9);
  setOutcome(failed, { failed: { code: 'NOT_FOUND', message: '', failed_at: AT } });
  expect(follows([failed], 5, 5)).toBe(true);
});
