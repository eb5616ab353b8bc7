import { monoReader } from './mono-frames.ts';
import { Resampler } from './resampler.ts';
import type { SampleFormat } from './wav-header.ts';

/** The sample rate of recordings and recognisers, in Hz; their samples are 16-bit mono. */
export const SPEECH_RATE = 16_000;

/** The format of raw 16-bit samples, as sound programs write them. */
export function rawFormat(sampleRate: number, channels: number): SampleFormat {
  return { encoding: 'pcm', channels, sample_rate: sampleRate, bits: 16, block_align: 2 * channels };
}

/** Converts frames of any format to 16-bit mono samples at {@link SPEECH_RATE}, as they arrive. */
export class SpeechConverter {
  readonly #blockAlign: number;
  /** Undefined if the format is already right: its samples are passed on bit for bit. */
  readonly #read: ((frames: Buffer) => Float32Array) | undefined;
  readonly #resampler: Resampler | undefined;
  /** An incomplete frame. */
  #rest = Buffer.alloc(0);

  /** Throws as {@link monoReader}. */
  constructor(format: SampleFormat) {
    const { encoding, channels, block_align, sample_rate } = format;
    const isSpeech = encoding === 'pcm' && channels === 1 && block_align === 2 && sample_rate === SPEECH_RATE;
    this.#blockAlign = block_align;
    if (!isSpeech) this.#read = monoReader(format);
    if (sample_rate !== SPEECH_RATE) this.#resampler = new Resampler(sample_rate, SPEECH_RATE);
  }

  push(bytes: Buffer): Int16Array {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const end = all.length - (all.length % this.#blockAlign);
    this.#rest = Buffer.from(all.subarray(end));
    return this.#convert(all.subarray(0, end));
  }

  /** Ends the input and returns the remaining output. */
  end(): Int16Array {
    return this.#resampler === undefined ? new Int16Array(0) : toSamples(this.#resampler.end());
  }

  #convert(frames: Buffer): Int16Array {
    if (this.#read === undefined) return new Int16Array(Uint8Array.from(frames).buffer);
    const mono = this.#read(frames);
    return toSamples(this.#resampler === undefined ? mono : this.#resampler.push(mono));
  }
}

function toSamples(floats: Float32Array): Int16Array {
  // Clamp: values beyond full scale must not wrap around to noise.
  return Int16Array.from(floats, (x) => Math.max(-(2 ** 15), Math.min(2 ** 15 - 1, Math.round(x * 2 ** 15))));
}
