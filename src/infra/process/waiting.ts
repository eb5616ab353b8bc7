/** A promise with its settling functions; Promise.withResolvers needs Node 22. */
export interface Deferred<T> {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (reason: unknown) => void;
}

export function deferred<T>(): Deferred<T> {
  const parts: Partial<Deferred<T>> = {};
  parts.promise = new Promise<T>((resolve, reject) => {
    parts.resolve = resolve;
    parts.reject = reject;
  });
  // Whoever awaits sees the rejection; nobody awaiting is no reason to end the process.
  parts.promise.catch(() => undefined);
  return parts as Deferred<T>;
}

/** As `work`, or rejects with `late()` when that takes longer than `ms`; the work goes on. */
export function within<T>(work: Promise<T>, ms: number, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/**
 * Busy-waits where the last wait was short: to wake a processor that has halted takes longer than many of them. The wait
 * after one that was long sleeps at once.
 */
export class BusyWait {
  #since = 0;
  #lastWasShort = false;
  #isPolling = false;

  /** @param limitMs how long a short wait is at most, in ms. */
  constructor(private readonly limitMs: number) {}

  begin(): void {
    this.#since = performance.now();
    if (!this.#lastWasShort || this.#isPolling) return;
    this.#isPolling = true;
    setImmediate(this.#poll);
  }

  /** What was waited for has come; without a wait this changes nothing. */
  end(): void {
    if (this.#since === 0) return;
    this.#lastWasShort = this.#elapsed <= this.limitMs;
    this.#since = 0;
  }

  get #elapsed(): number {
    return performance.now() - this.#since;
  }

  readonly #poll = (): void => {
    this.#isPolling = this.#since !== 0 && this.#elapsed <= this.limitMs;
    if (this.#isPolling) setImmediate(this.#poll);
  };
}
