/** Longer than any event takes to be heard of: the system's clock for keys has begun anew. */
const ANEW_MS = 5_000;

/**
 * Puts the times of key events, which systems count from different beginnings, on our clock. An event cannot be heard of
 * before it happened, so the shortest delay seen is taken for none.
 */
export class KeyClock {
  #offset = Infinity;
  #last = -Infinity;

  /**
   * @param time of the event, in ms, as the system tells it.
   * @param now of our clock, in ms.
   * @returns when it happened, on our clock; never before the event before it, never in the future.
   */
  at(time: number, now: number): number {
    this.#offset = Math.min(this.#offset, now - time);
    if (now - (time + this.#offset) > ANEW_MS) this.#offset = now - time;
    this.#last = Math.max(this.#last, time + this.#offset);
    return this.#last;
  }
}

/** Milliseconds of the clock that processes share. */
export function sharedNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
