import type { NotificationSink } from './notification-sink.ts';

/** What a controller may know about the request it answers: `@Ctx() context: IpcContext`. */
export class IpcContext {
  readonly method: string;
  /** Where the caller's notifications go; undefined for a call from inside this process that has no listener. */
  readonly connection: NotificationSink | undefined;
  #abort: AbortController | undefined;
  #aborted = false;
  #answered: ((delivered: boolean) => void) | undefined;

  constructor(method: string, connection?: NotificationSink) {
    this.method = method;
    this.connection = connection;
  }

  /** Aborts when the caller cancels, its deadline passes or its connection ends. */
  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#aborted) this.#abort.abort();
    }
    return this.#abort.signal;
  }

  /** Has `callback` run right after the answer was written, with false when another answer took its place. */
  onAnswered(callback: (delivered: boolean) => void): void {
    this.#answered = callback;
  }

  /** For the transport: nobody waits for the result any more. */
  abort(): void {
    this.#aborted = true;
    this.#abort?.abort();
  }

  /** For the transport: the answer was written, or given up. */
  answered(delivered: boolean): void {
    const callback = this.#answered;
    this.#answered = undefined;
    callback?.(delivered);
  }
}
