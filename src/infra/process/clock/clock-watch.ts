import { uptime } from 'node:os';
import { Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { EventBus } from '@nestjs/cqrs';
import { ClockChangedEvent, SystemResumedEvent } from '../../../events/live-event.ts';
import type { ClockReport } from '../../../queries/system/status-source.ts';
import { clockHappenings, type ClockHappening, type ClockReading } from './clock-rule.ts';

const LOOK_MS = 1_000;
/** How long an occurrence is shown in the service's status. */
const SHOWN_MS = 10 * 60_000;
/** Clocks that were read further apart than this are not one reading. */
const AT_ONCE_MS = 100;

export interface ClockWatchOptions {
  read?: () => ClockReading | undefined;
  platform?: NodeJS.Platform;
}

/** Detects that the computer slept, or that its clock was set, by comparing clocks once a second. */
export class ClockWatch implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #log = new Logger('ClockWatch');
  readonly #read: () => ClockReading | undefined;
  readonly #mayCountSleep: boolean;
  #timer: NodeJS.Timeout | undefined;
  #before: ClockReading | undefined;
  /** `since` by the monotonic clock. */
  #last: { report: ClockReport; since: number } | undefined;

  constructor(
    private readonly events: Pick<EventBus, 'publish'>,
    { read = readClocks, platform = process.platform }: ClockWatchOptions = {},
  ) {
    this.#read = read;
    this.#mayCountSleep = platform !== 'linux';
  }

  get report(): ClockReport {
    const { report, since } = this.#last ?? { report: STEADY, since: 0 };
    return performance.now() - since < SHOWN_MS ? report : STEADY;
  }

  onApplicationBootstrap(): void {
    this.start();
  }

  onModuleDestroy(): void {
    this.close();
  }

  start(): void {
    this.#before = this.#read();
    this.#timer = setInterval(() => this.look(), LOOK_MS);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  look(): void {
    const now = this.#read();
    // The next reading covers this one's time.
    if (now === undefined) return;
    const before = this.#before ?? now;
    this.#before = now;
    const rule = { lookMs: LOOK_MS, mayCountSleep: this.#mayCountSleep };
    for (const happening of clockHappenings(before, now, rule)) this.#publish(happening, now);
  }

  #publish({ kind, ms }: ClockHappening, { wall, monotonic }: ClockReading): void {
    this.#last = {
      report: { state: kind, at: new Date(wall).toISOString(), by_ms: ms },
      since: monotonic,
    };
    if (kind === 'slept') {
      this.#log.log(`the computer slept for ${ms} ms`);
      this.events.publish(new SystemResumedEvent({ slept_ms: ms }));
    } else {
      const [way, by] = ms > 0 ? ['forward', ms] : ['back', -ms];
      this.#log.warn(`the clock was set ${way} by ${by} ms`);
      this.events.publish(new ClockChangedEvent({ by_ms: ms }));
    }
  }
}

const STEADY: ClockReport = { state: 'steady' };

/** Undefined if the process was suspended between two clocks, or if the system does not provide them. */
export function readClocks(): ClockReading | undefined {
  try {
    const boot = uptime() * 1_000;
    const reading = { wall: Date.now(), monotonic: performance.now(), boot };
    return uptime() * 1_000 - boot < AT_ONCE_MS ? reading : undefined;
  } catch {
    return undefined;
  }
}
