/** A promise with its resolve and reject functions; Promise.withResolvers needs Node 22. */
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
  // Whoever awaits the promise sees the rejection; without anybody it must not end the process.
  parts.promise.catch(() => undefined);
  return parts as Deferred<T>;
}

/** Settles as `work`, or rejects with `late()` if that takes longer than `ms`; the work continues. */
export function within<T>(work: Promise<T>, ms: number, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/**
 * Busy-waits if the previous wait was short: waking a halted processor takes longer than many waits. After a long wait, the
 * next one sleeps immediately.
 */
export class BusyWait {
  #since = 0;
  #lastWasShort = false;
  #isPolling = false;

  /** @param limitMs the longest wait that counts as short. */
  constructor(private readonly limitMs: number) {}

  begin(): void {
    this.#since = performance.now();
    if (!this.#lastWasShort || this.#isPolling) return;
    this.#isPolling = true;
    setImmediate(this.#poll);
  }

  /** Ends the wait; without one this does nothing. */
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
