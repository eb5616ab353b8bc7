import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { ClockReading } from '../../../../src/infra/process/clock/clock-rule.ts';
import { Published } from '../../../support/published.ts';
import { ClockWatch, readClocks } from '../../../../src/infra/process/clock/clock-watch.ts';

const MINUTE = 60_000;
const START = Date.parse('2026-05-01T08:00:00.000Z');

/** A watch over clocks that a test moves. */
function watched() {
  const clocks = { wall: START, monotonic: 0, boot: 5_000 };
  let isHeldUp = false;
  const events = new Published();
  const watch = new ClockWatch(events, {
    read: () => (isHeldUp ? undefined : { ...clocks }),
    platform: 'linux',
  });
  watch.look();
  const pass = (by: Partial<ClockReading>) => {
    for (const [name, ms] of Object.entries(by)) clocks[name as keyof ClockReading] += ms;
    jest.spyOn(performance, 'now').mockReturnValue(clocks.monotonic);
    watch.look();
  };
  return {
    watch,
    told: () => events.events.map(({ type, payload }) => [type, ...Object.values(payload as object)]),
    awake: (ms: number) => pass({ wall: ms, monotonic: ms, boot: ms }),
    asleep: (ms: number) => pass({ wall: ms, boot: ms }),
    setBy: (ms: number) => pass({ wall: ms }),
    hold: (held: boolean) => void (isHeldUp = held),
  };
}

describe('the watch over the clocks', () => {
  let logged: string[];
  beforeEach(() => {
    logged = [];
    const keep = (level: string) => (text: string) => void logged.push(`${level}: ${text}`);
    Logger.overrideLogger({ log: keep('log'), error: keep('error'), warn: keep('warn') });
  });
  afterEach(() => {
    Logger.overrideLogger(false);
    jest.restoreAllMocks();
  });

  it('CLK4 each happening is told and logged once, and is the state for ten minutes or until the next', () => {
    const { watch, told, awake, asleep, setBy } = watched();
    awake(1_000);
    expect(watch.report).toEqual({ state: 'steady' });
    asleep(90 * MINUTE);
    expect(watch.report).toEqual({ state: 'slept', at: '2026-05-01T09:30:01.000Z', by_ms: 90 * MINUTE });
    awake(9 * MINUTE);
    expect(watch.report.state).toBe('slept');
    setBy(-120 * MINUTE);
    expect(watch.report).toEqual({ state: 'jumped', at: '2026-05-01T07:39:01.000Z', by_ms: -120 * MINUTE });
    awake(10 * MINUTE - 1);
    expect(watch.report.state).toBe('jumped');
    awake(1);
    expect(watch.report).toEqual({ state: 'steady' });
    setBy(5_000);
    expect(told()).toEqual([
      ['system_resumed', 90 * MINUTE],
      ['clock_changed', -120 * MINUTE],
      ['clock_changed', 5_000],
    ]);
    expect(logged).toEqual([
      'log: the computer slept for 5400000 ms',
      'warn: the clock was set back by 7200000 ms',
      'warn: the clock was set forward by 5000 ms',
    ]);
  });

  it('CLK4 the state lasts as long however the clock is set', () => {
    const { watch, awake, setBy } = watched();
    setBy(72 * 60 * MINUTE);
    setBy(-144 * 60 * MINUTE);
    awake(10 * MINUTE - 1);
    expect(watch.report.state).toBe('jumped');
    awake(1);
    expect(watch.report.state).toBe('steady');
  });

  it('CLK2 clocks that were not read at one moment are no reading, and the next one covers their time', () => {
    const { told, asleep, awake, hold } = watched();
    hold(true);
    asleep(60 * MINUTE);
    awake(1_000);
    expect(told()).toEqual([]);
    hold(false);
    awake(1_000);
    expect(told()).toEqual([['system_resumed', 60 * MINUTE]]);
  });

  it("CLK2 this computer's clocks are read and go evenly, and a watch that is closed looks no more", async () => {
    const watch = new ClockWatch(new Published());
    const before = readClocks()!;
    watch.start();
    await new Promise((resolve) => setTimeout(resolve, 2_200));
    watch.close();
    const after = readClocks()!;
    expect(after.monotonic - before.monotonic).toBeGreaterThan(2_000);
    expect(Math.abs(after.boot - before.boot - (after.monotonic - before.monotonic))).toBeLessThan(2_000);
    expect(watch.report).toEqual({ state: 'steady' });
    const looks = jest.spyOn(watch, 'look');
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(looks).not.toHaveBeenCalled();
  });
});
