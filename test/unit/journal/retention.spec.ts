import { Retention } from '../../../src/infra/journal/retention.ts';
import { newEntry, type JournalEntry } from '../../../src/infra/journal/journal-record.ts';

const entry = (position: number, size = 0): JournalEntry =>
  newEntry(position, {
    command_id: 'c',
    reducer: 'r',
    args: { v: 'x'.repeat(size) },
    issued_at: '',
    since: 0,
  });

it('JRN18 an acknowledged command is kept while the engine answers sixty times', () => {
  const retention = new Retention();
  const [one, two] = [entry(1), entry(2)];
  retention.keep(one, 10);
  retention.keep(two, 40);
  expect(retention.expired(70)).toEqual([]);
  expect(retention.expired(71)).toEqual([one]);
  expect(retention.expired(101)).toEqual([two]);
  expect(retention.expired(1_000)).toEqual([]);
});

it('JRN18 one that was lost and acknowledged again is kept as long again; one that was given up is not', () => {
  const retention = new Retention();
  const [one, two] = [entry(1), entry(2)];
  retention.keep(one, 10);
  retention.keep(two, 10);
  retention.keep(one, 50);
  retention.release(two);
  expect(retention.expired(110)).toEqual([]);
  expect(retention.expired(111)).toEqual([one]);
});

it.each([
  ['many', 12_000, 0, 2_000],
  ['large', 20, 1024 * 1024, 5],
])('JRN18 of %s the oldest go sooner, and never before five', (_, count, size, gone) => {
  const retention = new Retention();
  for (let position = 1; position <= count; position++) retention.keep(entry(position, size), 10);
  expect(retention.expired(15)).toEqual([]);
  const expired = retention.expired(16);
  expect(expired.map(({ position }) => position)).toEqual(
    Array.from({ length: gone }, (_, index) => index + 1),
  );
  expect(retention.expired(16)).toEqual([]);
});
