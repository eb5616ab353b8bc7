import type { SpeechHeard } from '../../../dictation/ports/speech-detector.ts';
import { Resampler } from '../audio/resampler.ts';
import { MODEL_RATE, WINDOW, type WindowDetector } from './pieces.ts';

const MS = MODEL_RATE / 1_000;

/** Shows a detector one sound as it comes in. */
export class LiveSpeech {
  readonly #resampler: Resampler | undefined;
  #rest = new Float32Array(0);
  #heard = 0;
  #spoken: number | null = null;

  /** @param rate of the sound in Hz */
  constructor(
    private readonly detector: WindowDetector,
    rate: number,
  ) {
    detector.reset();
    if (rate !== MODEL_RATE) this.#resampler = new Resampler(rate, MODEL_RATE);
  }

  hear(pcm: Int16Array): SpeechHeard {
    const all = this.#withRest(Float32Array.from(pcm, (sample) => sample / 2 ** 15));
    const whole = all.length - (all.length % WINDOW);
    for (let at = 0; at < whole; at += WINDOW) {
      this.#heard += WINDOW;
      if (this.detector.hears(all.slice(at, at + WINDOW))) this.#spoken = this.#heard;
    }
    this.#rest = all.slice(whole);
    return { heard_ms: this.#heard / MS, spoken_ms: this.#spoken === null ? null : this.#spoken / MS };
  }

  #withRest(sound: Float32Array): Float32Array {
    const more = this.#resampler?.push(sound) ?? sound;
    const all = new Float32Array(this.#rest.length + more.length);
    all.set(this.#rest);
    all.set(more, this.#rest.length);
    return all;
  }
}
