import type { MessageHandler } from '@nestjs/microservices';
import { isObservable } from 'rxjs';
import { HeycatError, type ErrorCode } from '../../../errors.ts';
import { IsTimeout } from '../../../fields/fields.ts';
import type { NotificationSink } from './notification-sink.ts';
import { isObject, type Params } from './wire-format.ts';

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

  /** For the transport: the answer was written, or discarded. */
  answered(delivered: boolean): void {
    const callback = this.#answered;
    this.#answered = undefined;
    callback?.(delivered);
  }
}

/** Queries answer NOT_YET themselves when timeout_ms is over; this lets them be the first to say so. */
const DEADLINE_GRACE_MS = 250;
const [TIMEOUT] = IsTimeout().rules;

export type Answer = { result: unknown } | { error: HeycatError };

/** @throws HeycatError INVALID_ARGUMENT unless params is an object or absent. */
export function toParams(params: unknown): Params {
  if (params === undefined) return {};
  if (isObject(params)) return params;
  throw new HeycatError('INVALID_ARGUMENT', 'params must be an object.', { field: 'params' });
}

/** Read before the handler runs, and so checked here, by the rule that every message has for it. */
function timeoutOf({ timeout_ms }: Params): number | undefined {
  if (timeout_ms === undefined || timeout_ms === null) return undefined;
  if (TIMEOUT.check(timeout_ms)) return timeout_ms as number;
  throw new HeycatError('INVALID_ARGUMENT', `timeout_ms must be ${TIMEOUT.allowed}.`, {
    field: 'timeout_ms',
  });
}

/** Passes on the first value of what a handler gave; null when it completes without one. */
function firstValue(given: unknown, settle: (answer: Answer) => void): void {
  if (!isObservable(given)) return settle({ result: given });
  let done = false;
  const once = (answer: Answer): void => {
    if (done) return;
    done = true;
    settle(answer);
    // Later, because a source that gives its value synchronously has not returned its subscription yet.
    queueMicrotask(() => subscription.unsubscribe());
  };
  const subscription = given.subscribe({
    next: (result) => once({ result }),
    error: (error: unknown) => once({ error: HeycatError.from(error) }),
    complete: () => once({ result: null }),
  });
}

/** One request under way. It is answered exactly once: by its handler, its deadline or its caller. */
export class PendingRequest {
  readonly context: IpcContext;
  readonly #answer: (answer: Answer) => void;
  #settled = false;
  #deadline: NodeJS.Timeout | undefined;

  constructor(context: IpcContext, answer: (answer: Answer) => void) {
    this.context = context;
    this.#answer = answer;
  }

  /** Runs the handler with the caller's params, checked to be an object with a sound timeout_ms. */
  run(handler: MessageHandler<Params, IpcContext>, params: unknown): void {
    try {
      const checked = toParams(params);
      this.#startDeadline(timeoutOf(checked));
      const given: unknown = handler(checked, this.context);
      if (given instanceof Promise) given.then((value) => this.#settleWith(value), this.#fail);
      else this.#settleWith(given);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Answers with the code's error and lets the handler know that nobody waits. */
  giveUp(code: ErrorCode): void {
    if (this.#settled) return;
    this.settle({ error: new HeycatError(code) });
    this.context.abort();
  }

  settle(answer: Answer): void {
    if (this.#settled) return;
    this.#settled = true;
    clearTimeout(this.#deadline);
    this.#answer(answer);
  }

  #settleWith(given: unknown): void {
    try {
      firstValue(given, (answer) => this.#settleOnceOrDrop(answer));
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The handler of a result that comes after the request has failed is notified, to undo what it registered. */
  #settleOnceOrDrop(answer: Answer): void {
    if (this.#settled) this.context.answered(false);
    else this.settle(answer);
  }

  #fail = (error: unknown): void => this.settle({ error: HeycatError.from(error) });

  #startDeadline(timeoutMs: number | undefined): void {
    if (timeoutMs === undefined) return;
    this.#deadline = setTimeout(() => this.giveUp('DEADLINE_EXCEEDED'), timeoutMs + DEADLINE_GRACE_MS);
  }
}
