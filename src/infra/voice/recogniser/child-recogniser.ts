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
  /** @throws HeycatError MODEL_MISSING with what to do; null asks for the one that is best or set. */
  chooseModel(name: string | null): Promise<UsableModel>;
  /** The process is ended when nothing was asked for so long, in ms; asked for after each file. Default 5 min. */
  idleMs?: () => number;
  /** Threads of the model. Default: one a core, 4 at most. */
  threads?: number;
  /** File of the Silero voice detector; null goes without. Default: the one that ships with the package. */
  vad?: string | null;
  /** How long a file of so many ms may take. Default: ten times as long, half a minute at least. */
  limitMs?: (audioMs: number) => number;
}

const IDLE_MS = 5 * 60_000;
/** Some gigabytes from a slow disk. */
const LOAD_MS = 120_000;
const THREADS_MAX = 4;
const TRIES = 2;

/** Hears files in a process of its own, one after the other, and ends it when nothing is asked for a while. */
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

  /** Of the process that has a model loaded, while there is one. */
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
      const heard = await this.#tried(usable, (process) => process.hear(file, limit, partial));
      return { ...heard, model: usable.name };
    });
  }

  async check(model: string | null): Promise<void> {
    await this.#options.chooseModel(model);
  }

  /**
   * Loads the model before its first file comes, so that it need not wait for it.
   * @throws HeycatError as {@link transcribe}; nothing is lost by it.
   */
  prepare(model: string | null): Promise<void> {
    return this.#turn(async () => this.#tried(await this.#options.chooseModel(model), async () => undefined));
  }

  /** What waits or is being heard is CANCELLED. */
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

  /** Once more in another process when the first one ends: it may have been the machine's fault, or ours. */
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
    // Another model gets another process: the library frees a model's memory only some time.
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
  const sentence = `${thrown.message} It did so twice with this file; \`transcribe_recording\` tries it again.`;
  return new HeycatError('INTERNAL', sentence, thrown.details);
}

function notLoaded({ name }: UsableModel, { complaint }: RecogniserProcess, thrown: unknown): HeycatError {
  const { code, message, details } = HeycatError.from(thrown);
  if (code !== 'INTERNAL') return HeycatError.from(thrown);
  // A process that ends without a word was ended by somebody else.
  if (complaint === '' && isProcessLoss(thrown)) return thrown;
  const why = complaint === '' ? '' : ` It said: ${complaint}`;
  const sentence = `The model ${name} cannot be loaded; \`heycat models install ${name}\` gets it anew. ${message}${why}`;
  return new HeycatError('INTERNAL', sentence, { ...details, model: name });
}

/** Does one thing after the other, in the order of asking; any number may wait. */
class TurnQueue {
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
