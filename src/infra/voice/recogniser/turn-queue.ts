import { HeycatError } from '../../../errors.ts';

/** Does one thing after the other, in the order of asking; any number may wait. */
export class TurnQueue {
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Resolves when nothing is under way, and nothing waits, of what was asked so far. */
  get idle(): Promise<unknown> {
    return this.#last;
  }

  /** @throws HeycatError CANCELLED when the queue is closed before its turn comes or ends; else what the work throws. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(async () => {
      this.assertOpen();
      try {
        return await work();
      } catch (thrown) {
        this.assertOpen();
        throw thrown;
      }
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Whatever waits, or fails from now on, is CANCELLED. */
  close(): void {
    this.#isClosed = true;
  }

  assertOpen(): void {
    if (!this.#isClosed) return;
    throw new HeycatError('CANCELLED', 'The recogniser is ending; the take is kept and can be heard later.');
  }
}
