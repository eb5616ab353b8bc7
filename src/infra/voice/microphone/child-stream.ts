import type { Readable } from 'node:stream';
import { HeycatError } from '../../../errors.ts';
import type { ProcessEnd, Subprocess } from '../../process/child/subprocess.ts';
import { SpeechConverter } from '../audio/speech-converter.ts';
import type { SampleFormat } from '../audio/wav-header.ts';
import type { PcmStream, StreamEnd, StreamListener } from './pcm-source.ts';

/** A child that does not end within this time is killed. */
const STOP_MS = 1_000;

export interface PcmChild {
  child: Subprocess;
  pcm: Readable | null;
  format: SampleFormat;
  /** Resolves when the device is open; rejects with DEVICE_UNAVAILABLE. */
  ready: Promise<void>;
  /** Asks the child to deliver what it has and to end. */
  ask: () => void;
  /** The meaning of an end that was not requested. */
  endOf: (end: ProcessEnd) => StreamEnd;
}

/** A stream of samples from a child process. */
export class ChildStream implements PcmStream {
  readonly #parts: PcmChild;
  readonly #converter: SpeechConverter;
  /** Read from the start, because Node discards unread output when the child ends. */
  #early: Int16Array[] = [];
  #listener: StreamListener | undefined;
  #isStopping = false;

  private constructor(parts: PcmChild) {
    this.#parts = parts;
    this.#converter = new SpeechConverter(parts.format);
    parts.pcm?.on('data', (bytes: Buffer) => this.#give(this.#converter.push(bytes)));
  }

  /** @throws HeycatError DEVICE_UNAVAILABLE if the child ends or fails before it is ready. */
  static async open(parts: PcmChild, listener: StreamListener): Promise<ChildStream> {
    const stream = new ChildStream(parts);
    const early = parts.child.ended.then((end) => {
      throw unavailable(parts.endOf(end), end);
    });
    try {
      await Promise.race([parts.ready, early]);
    } catch (error) {
      void parts.child.kill();
      throw error;
    } finally {
      early.catch(() => undefined);
      parts.ready.catch(() => undefined);
    }
    // Deferred, so that the caller has the stream before the first sample.
    setImmediate(() => void stream.#flow(listener));
    return stream;
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#parts.child.end(STOP_MS, this.#parts.ask);
  }

  async #flow(listener: StreamListener): Promise<void> {
    this.#listener = listener;
    for (const samples of this.#early.splice(0)) void listener.samples(samples);
    const end = await this.#parts.child.ended;
    this.#give(this.#converter.end());
    listener.ended(this.#isStopping ? { reason: 'stopped' } : this.#parts.endOf(end));
  }

  #give(samples: Int16Array): void {
    if (samples.length === 0) return;
    if (this.#listener === undefined) this.#early.push(samples);
    else void this.#listener.samples(samples);
  }
}

function unavailable(end: StreamEnd, { error }: ProcessEnd): HeycatError {
  const message = 'message' in end ? end.message : 'It ended without a sound.';
  const details = error?.code === 'ENOENT' ? { reason: 'not_installed' } : {};
  return new HeycatError('DEVICE_UNAVAILABLE', message, details, { cause: error });
}
