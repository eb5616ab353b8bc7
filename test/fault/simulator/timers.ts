import type { Appointment } from './clock.ts';
import { isSimulated, world } from './world.ts';

/** What a turn of the event loop takes; for one that took nothing, time would stand still. */
const TURN_MS = 0.05;

/** What `setTimeout` gives. */
class Timer {
  constructor(public appointment: Appointment) {}

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }
}

function setTimeout(work: (...args: unknown[]) => void, ms = 1, ...args: unknown[]): Timer {
  return new Timer(world().clock.after(Math.max(1, ms), () => work(...args)));
}

function setInterval(work: () => void, ms = 1): Timer {
  const { clock } = world();
  const again = (): void => {
    timer.appointment = clock.after(Math.max(1, ms), again);
    work();
  };
  const timer = new Timer(clock.after(Math.max(1, ms), again));
  return timer;
}

function setImmediate(work: (...args: unknown[]) => void, ...args: unknown[]): Timer {
  return new Timer(world().clock.after(TURN_MS, () => work(...args)));
}

function clear(timer: Timer | undefined): void {
  if (timer !== undefined) timer.appointment.isOff = true;
}

/** What stands for `node:timers/promises`. */
export const timersPromises = {
  setTimeout: <T>(ms?: number, value?: T, { signal }: { signal?: AbortSignal } = {}): Promise<T> =>
    new Promise((resolve, reject) => {
      const abort = (): void => {
        clear(timer);
        reject(new DOMException('The operation was aborted', 'AbortError'));
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', abort);
        resolve(value as T);
      }, ms);
      if (signal?.aborted === true) abort();
      else signal?.addEventListener('abort', abort, { once: true });
    }),
  setImmediate: <T>(value?: T): Promise<T> =>
    new Promise((resolve) => void setImmediate(() => resolve(value as T))),
};

const RealDate = globalThis.Date;

/** The same as `Date`, but for what it takes for now. */
class VirtualDate extends RealDate {
  constructor(...given: [] | [string | number | Date]) {
    super(...((given.length === 0 ? [world().clock.wall] : given) as [number]));
  }

  static override now(): number {
    return world().clock.wall;
  }
}

const virtual: Record<string, unknown> = {
  setTimeout,
  setInterval,
  setImmediate,
  clearTimeout: clear,
  clearInterval: clear,
  clearImmediate: clear,
  Date: VirtualDate,
  performance: { now: () => world().clock.now - world().clock.start },
};

/** Puts virtual time and the seed's chance in place of the process's, as long as a simulation runs. */
export function takeOverGlobals(): void {
  const target = globalThis as unknown as Record<string, unknown>;
  for (const [name, value] of Object.entries(virtual)) {
    const real = target[name];
    Object.defineProperty(target, name, { get: () => (isSimulated() ? value : real), configurable: true });
  }
  const { random } = Math;
  Math.random = () => (isSimulated() ? world().random() : random());
}
