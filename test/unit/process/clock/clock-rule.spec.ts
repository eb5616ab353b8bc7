import * as fc from 'fast-check';
import {
  clockHappenings,
  type ClockHappening,
  type ClockReading,
} from '../../../../src/infra/process/clock/clock-rule.ts';

const RUNS = process.env['CI'] ? 5_000 : 1_000;
const SEED = Number(process.env['HEYCAT_SEED'] ?? Date.now() % 1_000_000);
const LOOK_MS = 1_000;
const HOUR = 60 * 60 * 1_000;

type Elapsed = [wall: number, monotonic: number, boot: number];

function happened([wall, monotonic, boot]: Elapsed, mayCountSleep = false): ClockHappening[] {
  const before = { wall: Date.UTC(2026, 0, 1), monotonic: 77, boot: 8_000_000 };
  const now = {
    wall: before.wall + wall,
    monotonic: before.monotonic + monotonic,
    boot: before.boot + boot,
  };
  return clockHappenings(before, now, { lookMs: LOOK_MS, mayCountSleep });
}

const slept = (ms: number): ClockHappening => ({ kind: 'slept', ms });
const jumped = (ms: number): ClockHappening => ({ kind: 'jumped', ms });

describe('what happened to the clocks', () => {
  it.each<[string, Elapsed, ClockHappening[]]>([
    ['two hours of sleep', [2 * HOUR + 1_000, 1_000, 2 * HOUR + 1_000], [slept(2 * HOUR)]],
    ['the shortest sleep that counts', [6_000, 1_000, 6_000], [slept(5_000)]],
    ['a clock set back two hours', [1_000 - 2 * HOUR, 1_000, 1_000], [jumped(-2 * HOUR)]],
    ['a clock set forward three days', [72 * HOUR + 1_000, 1_000, 1_000], [jumped(72 * HOUR)]],
    ['a clock that was corrected by five seconds', [6_000, 1_000, 1_000], [jumped(5_000)]],
    [
      'a sleep after which the clock is put right',
      [HOUR + 11_000, 1_000, HOUR + 1_000],
      [slept(HOUR), jumped(10_000)],
    ],
    ['a sleep in which the clock stood still', [1_000, 1_000, HOUR + 1_000], [slept(HOUR), jumped(-HOUR)]],
  ])('CLK1 %s', (_, elapsed, expected) => {
    expect(happened(elapsed)).toEqual(expected);
  });

  it.each<[string, Elapsed]>([
    ['a second like any other', [1_000, 1_000, 1_000]],
    ['a process that was stopped for an hour', [HOUR, HOUR, HOUR]],
    ['a busy computer', [9_700, 9_700, 9_700]],
    ['a clock that counts whole seconds', [1_001, 1_001, 2_000]],
    ['one that counted none', [1_001, 1_001, 0]],
    ['a time server that corrects a second', [2_000, 1_000, 1_000]],
    ['a leap second', [0, 1_000, 1_000]],
    ['a nap', [5_900, 1_000, 5_900]],
  ])('CLK2 %s is nothing', (_, elapsed) => {
    expect(happened(elapsed)).toEqual([]);
  });

  it.each<[string, Elapsed, ClockHappening[]]>([
    ['sleep', [HOUR + 1_000, HOUR + 1_000, HOUR + 1_000], [slept(HOUR)]],
    ['sleep that the monotonic clock left out', [HOUR, 1_000, HOUR], [slept(HOUR - 1_000)]],
    ['nine seconds, which a busy computer may take', [9_900, 9_900, 9_900], []],
    ['a clock that was set', [1_000 - HOUR, 1_000, 1_000], [jumped(-HOUR)]],
  ])('CLK3 %s, where the monotonic clock may count sleep', (_, elapsed, expected) => {
    expect(happened(elapsed, true)).toEqual(expected);
  });
});

describe(`any story of a computer (${RUNS} runs, seed ${SEED})`, () => {
  const clear = { min: 8_000, max: 1_000 * HOUR };
  const step = fc.record({
    /** The process is held up beside the second between two looks. */
    heldMs: fc.oneof(fc.constant(0), fc.nat(HOUR)),
    sleptMs: fc.oneof(fc.constant(0), fc.nat(3_000), fc.integer(clear)),
    setByMs: fc.oneof(
      fc.constant(0),
      fc.integer({ min: -3_000, max: 3_000 }),
      fc.integer(clear),
      fc.integer(clear).map((ms) => -ms),
    ),
  });
  const computer = fc.record({
    /** What the clock since boot counts by, in ms. */
    tick: fc.constantFrom(1, 10, 1_000),
    start: fc.nat(1_000 * HOUR),
    steps: fc.array(step, { minLength: 1, maxLength: 40 }),
  });

  it('CLK1 CLK2 of sleep and of a clock that was set each is told once with its length, and nothing else', () => {
    fc.assert(
      fc.property(computer, ({ tick, start, steps }) => {
        let [wall, monotonic, boot] = [Date.UTC(2026, 0, 1), start, start];
        const read = (): ClockReading => ({ wall, monotonic, boot: Math.floor(boot / tick) * tick });
        for (const { heldMs, sleptMs, setByMs } of steps) {
          const before = read();
          monotonic += LOOK_MS + heldMs;
          boot += LOOK_MS + heldMs + sleptMs;
          wall += LOOK_MS + heldMs + sleptMs + setByMs;
          const told = clockHappenings(before, read(), { lookMs: LOOK_MS, mayCountSleep: false });
          const expected = [
            ...(sleptMs >= clear.min ? [slept(sleptMs)] : []),
            ...(Math.abs(setByMs) >= clear.min ? [jumped(setByMs)] : []),
          ];
          expect(told.map(({ kind }) => kind)).toEqual(expected.map(({ kind }) => kind));
          for (const [index, { ms }] of told.entries())
            expect(Math.abs(ms - expected[index]!.ms)).toBeLessThanOrEqual(tick);
        }
      }),
      { numRuns: RUNS, seed: SEED },
    );
  });
});
