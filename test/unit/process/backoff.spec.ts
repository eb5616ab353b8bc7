import { Backoff } from '../../../src/infra/process/backoff.ts';

describe('the wait before a new attempt', () => {
  it('LNK9 grows from 100 ms to 30 s, is jittered down to nothing, and starts over after a success', () => {
    const longest = new Backoff({ random: () => 1 });
    const waits = Array.from({ length: 11 }, () => longest.next());
    expect(waits).toEqual([100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000]);
    expect(new Backoff({ random: () => 0 }).next()).toBe(0);
    longest.reset();
    expect(longest.next()).toBe(100);
  });
});
