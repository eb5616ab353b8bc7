/** Longer than any event takes to be reported: the system's clock for keys has been reset. */
const RESET_MS = 5_000;

/**
 * Converts the times of key events, whose origin differs between systems, to our clock. An event cannot be reported
 * before it happened, so the shortest delay seen counts as zero.
 */
export class KeyClock {
  #offset = Infinity;
  #last = -Infinity;

  /**
   * @param time of the event, in ms, as reported by the system.
   * @param now of our clock, in ms.
   * @returns when it happened, on our clock; never before the previous event, never in the future.
   */
  at(time: number, now: number): number {
    this.#offset = Math.min(this.#offset, now - time);
    if (now - (time + this.#offset) > RESET_MS) this.#offset = now - time;
    this.#last = Math.max(this.#last, time + this.#offset);
    return this.#last;
  }
}

/** Milliseconds of the clock that all processes share. */
export function sharedNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
