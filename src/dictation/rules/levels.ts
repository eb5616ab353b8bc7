import type { QualityWarning } from '../../events/take-events.ts';

/** At least so long between two levels, in ms. */
const LEVEL_EVERY_MS = 50;
const FULL_SCALE = 32_768;
/** Converts RMS to a level: speech at a usual distance fills about half of the scale. */
const LEVEL_GAIN = 300;
const LEVEL_MAX = 100;
/** As a fraction of full scale. */
const CLIPPED = 0.99;
/** As a fraction of full scale; −30 dBFS. */
const QUIET_RMS = 10 ** (-30 / 20);
const QUIET_SAMPLES = 8_000;

function sumOfSquares(pcm: Int16Array): number {
  let sum = 0;
  for (const sample of pcm) sum += sample * sample;
  return sum;
}

/** The level of some samples for a meter, 0 to 100. */
export function levelOf(sum: number, samples: number): number {
  const rms = Math.sqrt(sum / Math.max(1, samples)) / FULL_SCALE;
  return Math.round(Math.min(rms * LEVEL_GAIN, LEVEL_MAX));
}

/** Measures the level of a capture, at most 20 times a second, over all samples since the previous one. */
export class LevelMeter {
  #sum = 0;
  #samples = 0;
  #lastAt = -Infinity;

  /**
   * @param at milliseconds of a clock that never jumps.
   * @returns an integer from 0 to 100, or undefined while it is too early for one.
   */
  add(pcm: Int16Array, at: number): number | undefined {
    this.#sum += sumOfSquares(pcm);
    this.#samples += pcm.length;
    if (this.#samples === 0 || at - this.#lastAt < LEVEL_EVERY_MS) return undefined;
    const level = levelOf(this.#sum, this.#samples);
    [this.#sum, this.#samples, this.#lastAt] = [0, 0, at];
    return level;
  }
}

/** Watches one take for sound that is too loud or too quiet. */
export class QualityWatch {
  #isClipped = false;
  #loudest = 0;
  /** The sum of squares in the stretch of {@link QUIET_SAMPLES} that is being measured. */
  #sum = 0;
  #samples = 0;
  #hasStretch = false;

  /** @returns `clipping`, the first time that a sample reaches 99 % of full scale. */
  add(pcm: Int16Array): QualityWarning | undefined {
    let hasClipped = false;
    for (const sample of pcm) {
      if (Math.abs(sample) >= CLIPPED * FULL_SCALE) hasClipped = true;
      this.#sum += sample * sample;
      if (++this.#samples === QUIET_SAMPLES) this.#endStretch();
    }
    if (!hasClipped || this.#isClipped) return undefined;
    this.#isClipped = true;
    return 'clipping';
  }

  /**
   * Whether even the loudest half second of the take is below −30 dBFS, so that pauses between words do not count. False for
   * takes of less than 8,000 samples.
   */
  get isTooQuiet(): boolean {
    return this.#hasStretch && this.#loudest < QUIET_RMS;
  }

  #endStretch(): void {
    this.#loudest = Math.max(this.#loudest, Math.sqrt(this.#sum / QUIET_SAMPLES) / FULL_SCALE);
    [this.#sum, this.#samples, this.#hasStretch] = [0, 0, true];
  }
}
