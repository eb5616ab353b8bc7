export interface BackoffOptions {
  /** The first wait. Default 100 ms. */
  minMs?: number;
  /** The longest wait. Default 30 s. */
  maxMs?: number;
  /** The random share of a wait, so that many clients do not retry at the same moment. Default 1: all of it. */
  jitter?: number;
  random?: () => number;
}

/** Exponential back-off with jitter: each failure doubles the wait. */
export class Backoff {
  readonly #options: Required<BackoffOptions>;
  #failures = 0;

  constructor({ minMs = 100, maxMs = 30_000, jitter = 1, random = Math.random }: BackoffOptions = {}) {
    this.#options = { minMs, maxMs, jitter, random };
  }

  /** Failures since the last {@link reset}. */
  get failures(): number {
    return this.#failures;
  }

  /** Counts a failure. @returns how long to wait, in ms. */
  next(): number {
    const { minMs, maxMs, jitter, random } = this.#options;
    const ceiling = Math.min(maxMs, minMs * 2 ** this.#failures);
    this.#failures += 1;
    return ceiling * (1 - jitter + jitter * random());
  }

  reset(): void {
    this.#failures = 0;
  }
}
