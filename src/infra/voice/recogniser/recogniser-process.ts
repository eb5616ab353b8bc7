import type { ChildProcess } from 'node:child_process';
import { HeycatError } from '../../../errors.ts';
import type { FromChild, Heard, ToChild } from './messages.ts';
import { type ProcessOptions, startOwnProcess } from './own-process.ts';

interface Request {
  resolve(answer: Exclude<FromChild, { kind: 'partial' | 'failed' }>): void;
  reject(error: HeycatError): void;
  partial(text: string): void;
}

/** Of what the native library says while it loads. */
const COMPLAINT_CHARS = 400;

/** The recogniser's process: answers one request at a time, until it ends. */
export class RecogniserProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #request: Request | undefined;
  #complaint = '';
  #isLoaded = false;
  #hasEnded = false;

  constructor(options: ProcessOptions = {}) {
    this.#child = startOwnProcess(['recogniser-main'], options);
    this.#child.on('message', (message: FromChild) => this.#receive(message));
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      // Later it might say what it heard.
      if (!this.#isLoaded) this.#complaint = (this.#complaint + text).slice(-COMPLAINT_CHARS);
    });
    this.#exited = new Promise((resolve) => {
      const end = (why: string) => {
        this.#hasEnded = true;
        this.#fail(ended('recogniser_crashed', `The recogniser's process ended (${why}).`));
        resolve();
      };
      this.#child.once('error', ({ message }) => end(message));
      this.#child.once('exit', (code, signal) => end(signal ?? `exit code ${code}`));
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Also when it is about to. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** What the native library said on stderr while it loaded. */
  get complaint(): string {
    return this.#complaint.trim();
  }

  /** @throws HeycatError MODEL_MISSING without the library, INTERNAL with a reason of {@link ProcessLoss} when it ends. */
  async load(request: Omit<ToChild & { kind: 'load' }, 'kind'>, limitMs: number): Promise<void> {
    await this.#ask({ kind: 'load', ...request }, limitMs);
    this.#isLoaded = true;
  }

  /** @throws HeycatError INVALID_ARGUMENT, INTERNAL with a reason of {@link ProcessLoss} when it ends. */
  async hear(file: string, limitMs: number, partial: (text: string) => void): Promise<Heard> {
    const answer = await this.#ask({ kind: 'hear', file }, limitMs, partial);
    if (answer.kind === 'heard') return answer.heard;
    throw new HeycatError('INTERNAL', 'The recogniser answered something else than it was asked.');
  }

  /** At once: there is nothing in it to keep, and a process that hangs heeds nothing else. */
  async end(): Promise<void> {
    this.#hasEnded = true;
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  #ask(message: ToChild, limitMs: number, partial: Request['partial'] = () => undefined) {
    return new Promise<Parameters<Request['resolve']>[0]>((resolve, reject) => {
      const overdue = () => {
        const sentence = `The recogniser took longer than ${Math.round(limitMs / 1_000)} s and was ended.`;
        void this.end();
        this.#fail(ended('recogniser_timeout', sentence));
      };
      const timer = setTimeout(overdue, limitMs);
      const done = <T>(settle: (value: T) => void) => {
        return (value: T) => {
          clearTimeout(timer);
          this.#request = undefined;
          settle(value);
        };
      };
      this.#request = { resolve: done(resolve), reject: done(reject), partial };
      if (this.#hasEnded) return this.#fail(ended('recogniser_crashed', 'The recogniser has ended.'));
      // Its end is told by the event; a message that could not be sent is no news then.
      this.#child.send(message, () => undefined);
    });
  }

  #receive(message: FromChild): void {
    if (message.kind === 'partial') this.#request?.partial(message.text);
    else if (message.kind !== 'failed') this.#request?.resolve(message);
    else this.#fail(new HeycatError(message.code, message.message, message.details));
  }

  #fail(error: HeycatError): void {
    this.#request?.reject(error);
  }
}

/** Reasons for which another process may do better. */
export type ProcessLoss = 'recogniser_crashed' | 'recogniser_timeout';

export function isProcessLoss(thrown: unknown): thrown is HeycatError {
  return thrown instanceof HeycatError && String(thrown.details['reason']).startsWith('recogniser_');
}

function ended(reason: ProcessLoss, sentence: string): HeycatError {
  return new HeycatError('INTERNAL', sentence, { reason });
}
