import type { SpeechProgress } from '../../../dictation/ports/voice-activity-detector.ts';
import { Resampler } from '../audio/resampler.ts';
import { MODEL_RATE, WINDOW, type WindowDetector } from './pieces.ts';

const MS = MODEL_RATE / 1_000;

/** Passes one sound to a detector as it arrives. */
export class LiveSpeech {
  readonly #resampler: Resampler | undefined;
  #rest = new Float32Array(0);
  #analysed = 0;
  #spoken: number | null = null;

  /** @param rate of the sound in Hz */
  constructor(
    private readonly detector: WindowDetector,
    rate: number,
  ) {
    detector.reset();
    if (rate !== MODEL_RATE) this.#resampler = new Resampler(rate, MODEL_RATE);
  }

  analyse(pcm: Int16Array): SpeechProgress {
    const all = this.#withRest(Float32Array.from(pcm, (sample) => sample / 2 ** 15));
    const complete = all.length - (all.length % WINDOW);
    for (let at = 0; at < complete; at += WINDOW) {
      this.#analysed += WINDOW;
      if (this.detector.isSpeech(all.slice(at, at + WINDOW))) this.#spoken = this.#analysed;
    }
    this.#rest = all.slice(complete);
    return { analysed_ms: this.#analysed / MS, spoken_ms: this.#spoken === null ? null : this.#spoken / MS };
  }

  #withRest(sound: Float32Array): Float32Array {
    const more = this.#resampler?.push(sound) ?? sound;
    const all = new Float32Array(this.#rest.length + more.length);
    all.set(this.#rest);
    all.set(more, this.#rest.length);
    return all;
  }
}
