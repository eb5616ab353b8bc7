import { HeycatError } from '../errors.ts';

/** A second Ctrl-C exits immediately; npx delivers a single one twice within this time. */
const SAME_PRESS_MS = 500;

/** Aborts its signal with CANCELLED on Ctrl-C or SIGTERM, so that long work can end and clean up. */
export class Interrupt implements Disposable {
  readonly #controller = new AbortController();
  #pressedAt: number | undefined;

  constructor(private readonly sentence = 'Cancelled by Ctrl-C.') {
    process.on('SIGINT', this.#press);
    process.on('SIGTERM', this.#press);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    process.off('SIGINT', this.#press);
    process.off('SIGTERM', this.#press);
  }

  readonly #press = (): void => {
    if (this.#pressedAt !== undefined && performance.now() - this.#pressedAt > SAME_PRESS_MS) process.exit(1);
    this.#pressedAt ??= performance.now();
    this.#controller.abort(new HeycatError('CANCELLED', this.sentence));
  };
}
