/** Full-jitter exponential backoff: a random wait below a ceiling that doubles with each failure. */
export class Backoff {
  #failures = 0;

  constructor(
    private readonly minMs = 100,
    private readonly maxMs = 30_000,
    private readonly random: () => number = Math.random,
  ) {}

  /** The next wait in ms. */
  next(): number {
    const ceiling = Math.min(this.maxMs, this.minMs * 2 ** this.#failures);
    this.#failures += 1;
    return this.random() * ceiling;
  }

  reset(): void {
    this.#failures = 0;
  }
}
