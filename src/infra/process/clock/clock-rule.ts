/** The readings of three clocks at one moment, in ms. */
export interface ClockReading {
  /** The time of day, which people and time servers set. */
  wall: number;
  /** Cannot be set. On Linux it stops while the computer sleeps, on Windows and macOS it continues. */
  monotonic: number;
  /** Since boot, including sleep; some systems count in seconds. */
  boot: number;
}

/** `slept`: for this long. `jumped`: the time of day was set forward by this much, or back if it is negative. */
export interface ClockHappening {
  kind: 'slept' | 'jumped';
  ms: number;
}

export interface LookRule {
  /** How often the clocks are checked. */
  lookMs: number;
  /** True if the monotonic clock may continue during sleep. */
  mayCountSleep: boolean;
}

/**
 * Far above what does not count as a jump: the rounding of a clock that counts seconds, a leap second, and time servers,
 * which correct small errors by half a millisecond per second. Below what matters in the time of an event.
 */
const FEW_SECONDS_MS = 5_000;
/** Longer than a busy computer delays a process. */
const LATE_MS = 10_000;

/**
 * Finds out what happened to the clocks between two readings. For a process that was stopped or starved, all three have
 * advanced equally, which means nothing. If the monotonic clock counts sleep, only the duration distinguishes a sleeping
 * computer from a stopped process: there a check that runs ten seconds late counts as sleep. In a suspended virtual machine
 * no clock advances: its time of day jumps once it is corrected.
 */
export function clockHappenings(
  before: ClockReading,
  now: ClockReading,
  { lookMs, mayCountSleep }: LookRule,
): ClockHappening[] {
  const [wall, monotonic, boot] = [
    now.wall - before.wall,
    now.monotonic - before.monotonic,
    now.boot - before.boot,
  ];
  const late = monotonic - lookMs;
  const still = boot - monotonic;
  const slept = mayCountSleep && late >= LATE_MS ? late + Math.max(0, still) : still;
  const jumped = wall - boot;
  const happenings: ClockHappening[] = [];
  if (slept >= FEW_SECONDS_MS) happenings.push({ kind: 'slept', ms: Math.round(slept) });
  if (Math.abs(jumped) >= FEW_SECONDS_MS) happenings.push({ kind: 'jumped', ms: Math.round(jumped) });
  return happenings;
}
