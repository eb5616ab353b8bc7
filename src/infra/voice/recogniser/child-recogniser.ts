import { availableParallelism } from 'node:os';
import type {
  PartialListener,
  Recogniser,
  Transcript,
  TranscriptionRequest,
} from '../../../dictation/ports/recogniser.ts';
import { HeycatError } from '../../../errors.ts';
import { WavHeaderInspector } from '../audio/wav-header.ts';
import type { NodeOptions } from '../../process/child/node-child.ts';
import type { ModelFiles } from '../models/model-files.ts';
import { isProcessLoss, RecogniserProcess } from './recogniser-process.ts';
import { VAD_FILE } from './silero.ts';

/** A model that can be loaded. */
export interface UsableModel extends ModelFiles {
  name: string;
}

export interface RecogniserOptions extends NodeOptions {
  /** Null asks for the model of the setting, or the best. @throws HeycatError MODEL_MISSING with what to do. */
  chooseModel(name: string | null): Promise<UsableModel>;
  /** The process ends after this many ms without a request; read again after each file. Default: 5 min. */
  idleMs?: () => number;
  /** Threads of the model. Default: one per core, at most 4. */
  threads?: number;
  /** File of the Silero voice activity detector; null for none. Default: the one that ships with the package. */
  vad?: string | null;
  /** The time limit, in ms, for a file of the given length. Default: ten times its length, at least half a minute. */
  limitMs?: (audioMs: number) => number;
}

const IDLE_MS = 5 * 60_000;
/** Time to load some gigabytes from a slow disk. */
const LOAD_MS = 120_000;
const THREADS_MAX = 4;
const TRIES = 2;

/** Transcribes files in a child process, one after the other, and ends the process when it has been idle for a while. */
export class ChildRecogniser implements Recogniser {
  readonly #options: Required<Omit<RecogniserOptions, keyof NodeOptions>>;
  readonly #execArgv: NodeOptions['execArgv'];
  readonly #turns = new TurnQueue();
  readonly #headers = new WavHeaderInspector();
  #loaded: { model: UsableModel; process: RecogniserProcess } | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor({ execArgv, ...options }: RecogniserOptions) {
    this.#execArgv = execArgv;
    this.#options = {
      idleMs: () => IDLE_MS,
      threads: Math.min(THREADS_MAX, availableParallelism()),
      vad: VAD_FILE,
      limitMs: (audioMs) => Math.max(30_000, 10 * audioMs),
      ...options,
    };
  }

  /** Pid of the process that has a model loaded, while there is one. */
  get pid(): number | undefined {
    return this.#loaded?.process.hasEnded === false ? this.#loaded.process.pid : undefined;
  }

  transcribe(
    { file, model }: TranscriptionRequest,
    partial: PartialListener = () => undefined,
  ): Promise<Transcript> {
    return this.#turn(async () => {
      const { duration_ms } = await this.#headers.inspect(file);
      const usable = await this.#options.chooseModel(model);
      const limit = this.#options.limitMs(duration_ms);
      const result = await this.#tried(usable, (process) => process.transcribe(file, limit, partial));
      return { ...result, model: usable.name };
    });
  }

  async check(model: string | null): Promise<void> {
    await this.#options.chooseModel(model);
  }

  /**
   * Loads the model ahead of its first file.
   * @throws HeycatError as {@link transcribe}; later requests are not affected.
   */
  prepare(model: string | null): Promise<void> {
    return this.#turn(async () => this.#tried(await this.#options.chooseModel(model), async () => undefined));
  }

  /** Requests that wait or are in progress are rejected with CANCELLED. */
  async close(): Promise<void> {
    this.#turns.close();
    await this.#unload();
    await this.#turns.idle;
    await this.#unload();
  }

  #turn<T>(work: () => Promise<T>): Promise<T> {
    return this.#turns.take(async () => {
      clearTimeout(this.#idle);
      try {
        return await work();
      } finally {
        this.#idle = setTimeout(() => void this.#unload(), this.#options.idleMs());
        this.#idle.unref();
      }
    });
  }

  /** Tries a second process when the first one ends: the cause may have been outside the file. */
  async #tried<T>(model: UsableModel, work: (process: RecogniserProcess) => Promise<T>): Promise<T> {
    for (let left = TRIES; ; left--) {
      try {
        return await work(await this.#processWith(model));
      } catch (thrown) {
        await this.#unloadLost();
        if (!isProcessLoss(thrown) || this.#turns.isClosed) throw thrown;
        if (left === 1) throw 'model' in thrown.details ? thrown : failedTwice(thrown);
      }
    }
  }

  async #processWith(model: UsableModel): Promise<RecogniserProcess> {
    const { threads, vad } = this.#options;
    if (
      this.#loaded !== undefined &&
      this.#loaded.model.name === model.name &&
      !this.#loaded.process.hasEnded
    ) {
      return this.#loaded.process;
    }
    // Another model gets another process, because the library does not free a model's memory promptly.
    await this.#unload();
    this.#turns.assertOpen();
    const process = new RecogniserProcess({ execArgv: this.#execArgv });
    this.#loaded = { model, process };
    const { kind, roles } = model;
    try {
      await process.load({ model: { kind, roles }, threads, vad }, LOAD_MS);
    } catch (thrown) {
      await this.#unload();
      throw notLoaded(model, process, thrown);
    }
    return process;
  }

  async #unloadLost(): Promise<void> {
    if (this.#loaded?.process.hasEnded) await this.#unload();
  }

  async #unload(): Promise<void> {
    clearTimeout(this.#idle);
    const loaded = this.#loaded;
    this.#loaded = undefined;
    await loaded?.process.end();
  }
}

function failedTwice(thrown: HeycatError): HeycatError {
  const sentence = `${thrown.message} It did so twice with this file; \`transcribe_recording\` tries again.`;
  return new HeycatError('INTERNAL', sentence, thrown.details);
}

function notLoaded({ name }: UsableModel, { complaint }: RecogniserProcess, thrown: unknown): HeycatError {
  const { code, message, details } = HeycatError.from(thrown);
  if (code !== 'INTERNAL') return HeycatError.from(thrown);
  // A process that ended without an error message was ended from outside.
  if (complaint === '' && isProcessLoss(thrown)) return thrown;
  const why = complaint === '' ? '' : ` It said: ${complaint}`;
  const sentence = `The model ${name} cannot be loaded; \`heycat models install ${name}\` installs it again. ${message}${why}`;
  return new HeycatError('INTERNAL', sentence, { ...details, model: name });
}

/** Runs one task after the other, in order; any number may wait. */
class TurnQueue {
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Resolves when all tasks queued so far have ended. */
  get idle(): Promise<unknown> {
    return this.#last;
  }

  /** @throws HeycatError CANCELLED when the queue is closed before the task ends, otherwise what the task throws. */
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

  /** Tasks that wait, or fail from now on, are rejected with CANCELLED. */
  close(): void {
    this.#isClosed = true;
  }

  assertOpen(): void {
    if (!this.#isClosed) return;
    throw new HeycatError(
      'CANCELLED',
      'The recogniser is shutting down; the take is kept and can be transcribed later.',
    );
  }
}
