import { HeycatError } from '../../../errors.ts';
import { NodeChild, type NodeOptions } from '../../process/child/node-child.ts';
import { howEnded, type ProcessEnd } from '../../process/child/subprocess.ts';
import type { FromChild, FileTranscript, ToChild } from './messages.ts';

interface Request {
  resolve(answer: Exclude<FromChild, { kind: 'partial' | 'failed' }>): void;
  reject(error: HeycatError): void;
  partial(text: string): void;
}

/** How much is kept of the native library's output while it loads. */
const COMPLAINT_CHARS = 400;

/** The recogniser's process: answers one request at a time, until it ends. */
export class RecogniserProcess {
  readonly #child: NodeChild<ToChild, FromChild>;
  #request: Request | undefined;
  #complaint = '';
  #isLoaded = false;
  #hasEnded = false;

  constructor({ execArgv }: NodeOptions = {}) {
    const entry = new URL('./recogniser-main', import.meta.url);
    this.#child = new NodeChild(entry, { execArgv, output: ['ignore', 'pipe'], serialization: 'advanced' });
    this.#child.onMessage((message) => this.#receive(message));
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      // Later output might contain dictated text.
      if (!this.#isLoaded) this.#complaint = (this.#complaint + text).slice(-COMPLAINT_CHARS);
    });
    void this.#child.ended.then((end) => this.#onEnd(end));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** True as soon as its end has been requested. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** The native library's output on stderr while it loaded. */
  get complaint(): string {
    return this.#complaint.trim();
  }

  /** @throws HeycatError MODEL_MISSING without the library, INTERNAL with a reason of {@link ProcessLoss} when it ends. */
  async load(request: Omit<ToChild & { kind: 'load' }, 'kind'>, limitMs: number): Promise<void> {
    await this.#ask({ kind: 'load', ...request }, limitMs);
    this.#isLoaded = true;
  }

  /** @throws HeycatError INVALID_ARGUMENT, INTERNAL with a reason of {@link ProcessLoss} when it ends. */
  async transcribe(file: string, limitMs: number, partial: (text: string) => void): Promise<FileTranscript> {
    const answer = await this.#ask({ kind: 'transcribe', file }, limitMs, partial);
    if (answer.kind === 'transcribed') return answer.transcript;
    throw new HeycatError('INTERNAL', 'The recogniser gave an answer of the wrong kind.');
  }

  /** Kills the process: it holds nothing worth keeping, and a process that hangs reacts to nothing else. */
  async end(): Promise<void> {
    this.#hasEnded = true;
    await this.#child.kill();
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
      this.#child.send(message);
    });
  }

  #receive(message: FromChild): void {
    if (message.kind === 'partial') this.#request?.partial(message.text);
    else if (message.kind !== 'failed') this.#request?.resolve(message);
    else this.#fail(new HeycatError(message.code, message.message, message.details));
  }

  #onEnd(end: ProcessEnd): void {
    this.#hasEnded = true;
    this.#fail(ended('recogniser_crashed', `The recogniser's process ended (${howEnded(end)}).`));
  }

  #fail(error: HeycatError): void {
    this.#request?.reject(error);
  }
}

/** Failures after which another process may succeed. */
export type ProcessLoss = 'recogniser_crashed' | 'recogniser_timeout';

export function isProcessLoss(thrown: unknown): thrown is HeycatError {
  return thrown instanceof HeycatError && String(thrown.details['reason']).startsWith('recogniser_');
}

function ended(reason: ProcessLoss, sentence: string): HeycatError {
  return new HeycatError('INTERNAL', sentence, { reason });
}
