/**
 * Waits that are brief by experience are spent turning the event loop: to wake a processor that has halted takes longer
 * than many of them. A wait that was not brief makes the next one rest at once.
 */
export class BriefWait {
  #since = 0;
  #lastWasBrief = false;
  #isTurning = false;

  /** @param limitMs how long a brief wait is at most, in ms. */
  constructor(private readonly limitMs: number) {}

  begin(): void {
    this.#since = performance.now();
    if (!this.#lastWasBrief || this.#isTurning) return;
    this.#isTurning = true;
    setImmediate(this.#turn);
  }

  /** What was waited for has come; without a wait this changes nothing. */
  end(): void {
    if (this.#since === 0) return;
    this.#lastWasBrief = this.#elapsed <= this.limitMs;
    this.#since = 0;
  }

  get #elapsed(): number {
    return performance.now() - this.#since;
  }

  readonly #turn = (): void => {
    this.#isTurning = this.#since !== 0 && this.#elapsed <= this.limitMs;
    if (this.#isTurning) setImmediate(this.#turn);
  };
}
