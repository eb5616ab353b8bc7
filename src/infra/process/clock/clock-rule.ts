/** What three clocks showed at one moment, in ms. */
export interface ClockReading {
  /** The time of day, which people and time servers set. */
  wall: number;
  /** Nobody sets it. On Linux it stands still while the computer sleeps, on Windows and macOS it goes on. */
  monotonic: number;
  /** Since the start of the computer, sleep included; some systems count whole seconds. */
  boot: number;
}

/** `slept`: for so long. `jumped`: the time of day was set forward by so much, or back where it is negative. */
export interface ClockHappening {
  kind: 'slept' | 'jumped';
  ms: number;
}

export interface LookRule {
  /** How often the clocks are looked at. */
  lookMs: number;
  /** True where the monotonic clock may go on in sleep. */
  mayCountSleep: boolean;
}

/**
 * Far above what is no jump: the rounding of a clock that counts seconds, a leap second, and time servers, which correct
 * small errors half a millisecond a second. Below what anybody would miss in the time of an event.
 */
const FEW_SECONDS_MS = 5_000;
/** A busy computer holds nobody up for so long. */
const LATE_MS = 10_000;

/**
 * What happened to the clocks between two looks. A process that was stopped or starved finds all three advanced alike,
 * and that is nothing. Where the monotonic clock counts sleep nothing tells a sleeping computer from a stopped process
 * but how long it took: there a look that comes ten seconds late counts as sleep. A virtual machine that was suspended
 * slept without any clock of its own knowing: its time of day jumps once it is corrected.
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
