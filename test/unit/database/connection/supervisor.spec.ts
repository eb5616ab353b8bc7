import * as fc from 'fast-check';
import { Backoff } from '../../../../src/infra/process/backoff.ts';
import { Supervisor } from '../../../../src/infra/database/connection/supervisor.ts';

/** Always the longest wait that the backoff allows. */
const supervisor = () => new Supervisor({ backoff: new Backoff({ random: () => 1 }) });

/** Sessions that begin every `everyMs` and end at once. */
function endings(watched: Supervisor, count: number, everyMs: number): number {
  let wait = 0;
  for (let index = 0; index < count; index++) {
    watched.connected(index * everyMs);
    wait = watched.ended(index * everyMs);
  }
  return wait;
}

describe('the supervisor', () => {
  it('LNK16 is starting until the first session, and reconnecting after its end', () => {
    const watched = supervisor();
    expect(watched.state(0)).toBe('starting');
    watched.ended(5);
    expect(watched.state(10)).toBe('starting');
    watched.connected(20);
    expect(watched.state(30)).toBe('connected');
    watched.ended(40);
    expect(watched.state(50)).toBe('reconnecting');
  });

  it('LNK16 five ends within a minute are a lasting fault, four are not', () => {
    const watched = supervisor();
    endings(watched, 4, 10_000);
    expect(watched.state(31_000)).toBe('reconnecting');
    watched.ended(40_000);
    expect(watched.state(40_000)).toBe('degraded');
    const slow = supervisor();
    endings(slow, 20, 16_000);
    expect(slow.state(20 * 16_000)).toBe('reconnecting');
  });

  it('LNK16 a lasting fault is over when a session has held for a minute', () => {
    const watched = supervisor();
    endings(watched, 6, 1_000);
    watched.connected(10_000);
    expect(watched.state(69_999)).toBe('degraded');
    expect(watched.state(70_000)).toBe('connected');
    watched.ended(70_000);
    expect(watched.state(70_000)).toBe('reconnecting');
  });

  it('LNK17 waits grow from 100 ms to 30 s while no attempt succeeds, and are a second longer in a lasting fault', () => {
    const watched = supervisor();
    const waits = Array.from({ length: 12 }, (_, index) => watched.ended(index));
    expect(waits.slice(0, 5)).toEqual([100, 200, 400, 800, 2_600]);
    expect(waits.at(-1)).toBe(31_000);
    watched.connected(20);
    expect(watched.ended(30)).toBe(1_100);
  });

  it('LNK17 no wait is longer than 31 s, and one that ends while it is well is at most 100 ms', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(200_000))), (steps) => {
        const watched = new Supervisor();
        let now = 0;
        for (const [connects, ms] of steps) {
          now += ms;
          if (connects) watched.connected(now);
          const before = watched.state(now + ms);
          const wait = watched.ended(now + ms);
          expect(wait).toBeLessThanOrEqual(31_000);
          if (connects && before === 'connected' && ms >= 60_000) expect(wait).toBeLessThanOrEqual(100);
        }
      }),
    );
  });
});
