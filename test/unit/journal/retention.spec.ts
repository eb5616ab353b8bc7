import { Retention } from '../../../src/infra/journal/retention.ts';
import { newEntry, setSettled, type JournalEntry } from '../../../src/infra/journal/journal-record.ts';

const BACKED_UP = Infinity;

/** With an event of the seq that is its position, unless it changed nothing. */
function entry(position: number, size = 0, events = 1): JournalEntry {
  const args = { v: 'x'.repeat(size) };
  const made = newEntry(position, { command_id: 'c', reducer: 'r', args, issued_at: '', since: 0 });
  const applied = { first_seq: position, seq: position + events - 1, result: {}, created_at: '' };
  return Object.assign(made, { applied });
}

const nothing = { settled: [], gone: [] };

it('JRN18 an acknowledged command is kept while the engine answers sixty times', () => {
  const retention = new Retention();
  const [one, two] = [entry(1), entry(2)];
  retention.keep(one, 10);
  retention.keep(two, 40);
  expect(retention.tidy(70, BACKED_UP)).toEqual(nothing);
  expect(retention.tidy(71, BACKED_UP)).toEqual({ settled: [], gone: [one] });
  expect(retention.tidy(101, BACKED_UP)).toEqual({ settled: [], gone: [two] });
  expect(retention.tidy(1_000, BACKED_UP)).toEqual(nothing);
});

it('JRN18 one that was lost and acknowledged again is kept as long again; one that was given up is not', () => {
  const retention = new Retention();
  const [one, two] = [entry(1), entry(2)];
  retention.keep(one, 10);
  retention.keep(two, 10);
  retention.keep(one, 50);
  retention.release(two);
  expect(retention.tidy(110, BACKED_UP)).toEqual(nothing);
  expect(retention.tidy(111, BACKED_UP).gone).toEqual([one]);
});

it.each([
  ['many', 12_000, 0, 2_000],
  ['large', 20, 1024 * 1024, 5],
])('JRN18 of %s the oldest go sooner, and never before five', (_, count, size, gone) => {
  const retention = new Retention();
  for (let position = 1; position <= count; position++) retention.keep(entry(position, size), 10);
  expect(retention.tidy(15, 0)).toEqual(nothing);
  const expired = retention.tidy(16, 0).gone;
  expect(expired.map(({ position }) => position)).toEqual(
    Array.from({ length: gone }, (_, index) => index + 1),
  );
  expect(retention.tidy(16, 0)).toEqual(nothing);
});

it('JRN20 after its minute a command waits until a backup holds it, unless it changed nothing', () => {
  const retention = new Retention();
  const [one, two, none] = [entry(1), entry(2), entry(3, 0, 0)];
  for (const each of [one, two, none]) retention.keep(each, 10);
  expect(retention.tidy(71, 0)).toEqual({ settled: [one, two], gone: [none] });
  expect(retention.tidy(10_000, 0)).toEqual(nothing);
  expect(retention.tidy(10_001, 1)).toEqual({ settled: [], gone: [one] });
  expect(retention.tidy(10_002, 2)).toEqual({ settled: [], gone: [two] });
});

it('JRN20 one that is in a backup already stays for its minute; one of an earlier run that had its minute does not', () => {
  const retention = new Retention();
  const [young, old] = [entry(1), entry(2)];
  setSettled(old);
  retention.keep(young, 0);
  retention.keep(old, 0);
  expect(retention.tidy(1, 2)).toEqual({ settled: [], gone: [old] });
  expect(retention.tidy(61, 2)).toEqual({ settled: [], gone: [young] });
});

it('JRN20 where too much waits for a backup the oldest go', () => {
  const retention = new Retention();
  for (let position = 1; position <= 10_002; position++)
    retention.keep(entry(position), position < 5_000 ? 0 : 60);
  const { settled, gone } = retention.tidy(61, 0);
  expect(gone.map(({ position }) => position)).toEqual([1, 2]);
  expect(settled).toHaveLength(4_999 - 2);
});

it.each([
  ['commands', 5_001, 0],
  ['bytes', 9, 1024 * 1024],
])('BAK17 half of the %s that may be kept, in no backup, are a reason to make one', (_, count, size) => {
  const retention = new Retention();
  for (let position = 1; position <= count; position++) retention.keep(entry(position, size), 0);
  expect(retention.isFilling(0)).toBe(true);
  expect(retention.isFilling(count)).toBe(false);
  retention.tidy(61, 0);
  expect(retention.isFilling(0)).toBe(true);
  expect(retention.isFilling(2)).toBe(false);
});
