import { open, type FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AudioDevice } from '../../../dictation/ports/microphone.ts';
import { SpeechConverter } from '../audio/speech-converter.ts';
import { framesOf, readWavLayout, WAV_HEAD_BYTES, type WavLayout } from '../audio/wav-header.ts';
import {
  cannotOpen,
  type PcmSource,
  type PcmStream,
  soleDevice,
  type StreamEnd,
  type StreamListener,
} from './pcm-source.ts';

/** The pace of a real device. */
const REAL_TIME = { pieceMs: 20, waitMs: 20 };
/** Some hundred times faster, but without bursts that a listener could not write to disk. */
const FAST = { pieceMs: 500, waitMs: 1 };

/** Plays a file in real time or faster, for replay, demos and tests. */
export class WavSource implements PcmSource {
  constructor(
    private readonly path: string,
    private readonly isFast: boolean,
  ) {}

  devices(): Promise<AudioDevice[]> {
    return Promise.resolve([soleDevice(`file:${this.path}`)]);
  }

  async open(_device: string | null, listener: StreamListener): Promise<PcmStream> {
    try {
      const file = await open(this.path, 'r');
      try {
        return await WavStream.begin({ file, pace: this.isFast ? FAST : REAL_TIME }, listener);
      } catch (error) {
        await file.close();
        throw error;
      }
    } catch (error) {
      throw cannotOpen(this.path, error);
    }
  }
}

interface Played {
  file: FileHandle;
  pace: typeof FAST;
}

class WavStream implements PcmStream {
  readonly #ended: Promise<void>;
  #isStopping = false;

  private constructor(played: Promise<StreamEnd>, { file }: Played, listener: StreamListener) {
    this.#ended = this.#end(played, file, listener);
  }

  static async begin(played: Played, listener: StreamListener): Promise<WavStream> {
    const { size } = await played.file.stat();
    const { buffer, bytesRead } = await played.file.read(Buffer.alloc(WAV_HEAD_BYTES), 0, WAV_HEAD_BYTES, 0);
    const layout = readWavLayout(buffer.subarray(0, bytesRead));
    const converter = new SpeechConverter(layout.format);
    const isStopped = () => stream.#isStopping;
    const end = play({ ...played, layout, frames: framesOf(layout, size), converter, isStopped }, listener);
    const stream: WavStream = new WavStream(end, played, listener);
    return stream;
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#ended;
  }

  async #end(played: Promise<StreamEnd>, file: FileHandle, listener: StreamListener): Promise<void> {
    const end = await played;
    await file.close();
    listener.ended(end);
  }
}

interface Score extends Played {
  layout: WavLayout;
  frames: number;
  converter: SpeechConverter;
  isStopped: () => boolean;
}

async function play(score: Score, listener: StreamListener): Promise<StreamEnd> {
  const { converter, isStopped, pace } = score;
  const give = async (samples: Int16Array) => {
    const taken = samples.length > 0 ? listener.samples(samples) : undefined;
    // As fast as the listener accepts it.
    if (pace === FAST) await taken;
  };
  try {
    for await (const piece of pieces(score)) {
      if (isStopped()) break;
      await give(converter.push(piece));
    }
    await give(converter.end());
    return { reason: isStopped() ? 'stopped' : 'exhausted' };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { reason: 'failed', message: `The file could not be read to its end (${code}).` };
  }
}

/** Yields each piece at its time, measured from the start so that delays do not accumulate. */
async function* pieces({ file, layout, frames, pace }: Score): AsyncGenerator<Buffer> {
  const { format, data_start } = layout;
  const most = Math.max(1, Math.round((format.sample_rate * pace.pieceMs) / 1_000));
  const began = performance.now();
  for (let done = 0, n = 1; done < frames; done += most, n++) {
    await sleep(Math.max(1, began + n * pace.waitMs - performance.now()));
    const length = Math.min(most, frames - done) * format.block_align;
    const at = data_start + done * format.block_align;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at);
    yield buffer.subarray(0, bytesRead);
  }
}
