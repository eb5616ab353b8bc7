import { HeycatError } from '../errors.ts';

interface Waiter {
  seq: number;
  settle: (error?: HeycatError) => void;
}

/** Those who wait until the read models hold a seq. */
export class SeqWaiters {
  readonly #waiting = new Set<Waiter>();

  /** @throws HeycatError NOT_YET with details {seq, as_of_seq} once timeoutMs is over. */
  add(seq: number, timeoutMs: number, asOfSeq: () => number): Promise<void> {
    return new Promise((resolve, reject) => {
      const tooLate = () => waiter.settle(notYet(seq, asOfSeq()));
      const timer = setTimeout(tooLate, timeoutMs);
      const settle = (error?: HeycatError) => {
        clearTimeout(timer);
        this.#waiting.delete(waiter);
        if (error === undefined) resolve();
        else reject(error);
      };
      const waiter: Waiter = { seq, settle };
      this.#waiting.add(waiter);
    });
  }

  /** Lets everyone go who waits for this seq or an earlier one. */
  wake(seq: number): void {
    for (const waiter of this.#waiting) if (waiter.seq <= seq) waiter.settle();
  }

  /** Refuses everyone who still waits, so that no timer outlives the service. */
  close(asOfSeq: number): void {
    for (const waiter of this.#waiting) waiter.settle(notYet(waiter.seq, asOfSeq));
  }
}

export function notYet(seq: number, asOfSeq: number): HeycatError {
  return new HeycatError('NOT_YET', undefined, { seq, as_of_seq: asOfSeq });
}
