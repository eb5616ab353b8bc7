/** The sample rate of every model, in Hz. */
export const MODEL_RATE = 16_000;

const PIECE_MAX = 30 * MODEL_RATE;
/** A piece is at least this long, unless it is the last. */
const PIECE_MIN = PIECE_MAX / 2;
/** Samples per window of Silero's detector, 32 ms. */
export const WINDOW = 512;
/** Sound that the detector receives before the first possible cut, to adapt to the voice. */
const LEAD_IN = MODEL_RATE;
const QUIET_WINDOW = MODEL_RATE / 10;
/** Root mean square below which nobody speaks: −60 dB of full scale. */
const SILENCE = 0.001;

/** Distinguishes speech from everything else. */
export interface WindowDetector {
  /** By how many samples it reports a pause late. */
  readonly lag: number;
  reset(): void;
  /** Whether somebody is speaking, after the next {@link WINDOW} samples. */
  isSpeech(window: Float32Array): boolean;
}

/**
 * Splits sound at pauses into pieces of at most 30 s: on longer ones, models fail or use unbounded memory.
 * @param blocks of 16 kHz.
 * @param detector if absent, the quietest place counts as a pause.
 */
export async function* cutAtPauses(
  blocks: AsyncIterable<Float32Array>,
  detector?: WindowDetector,
): AsyncGenerator<Float32Array> {
  let buffer = new Float32Array(2 * PIECE_MAX);
  let length = 0;
  for await (const block of blocks) {
    if (length + block.length > buffer.length) buffer = grown(buffer, length + block.length);
    buffer.set(block, length);
    length += block.length;
    while (length > PIECE_MAX) {
      const cut = cutOf(buffer.subarray(0, PIECE_MAX), detector);
      yield buffer.slice(0, cut);
      buffer.copyWithin(0, cut, length);
      length -= cut;
    }
  }
  if (length > 0) yield buffer.slice(0, length);
}

/** Whether there is any speech in it. */
export function hasSpeech(samples: Float32Array, detector?: WindowDetector): boolean {
  if (detector === undefined)
    return windowsOf(samples, QUIET_WINDOW).some((window) => level(window) > SILENCE);
  detector.reset();
  return windowsOf(samples, WINDOW).some((window) => detector.isSpeech(window));
}

function grown(buffer: Float32Array, length: number): Float32Array<ArrayBuffer> {
  const larger = new Float32Array(2 * length);
  larger.set(buffer);
  return larger;
}

function cutOf(piece: Float32Array, detector: WindowDetector | undefined): number {
  const pause = detector === undefined ? undefined : longestPause(piece, detector);
  return pause ?? quietestPlace(piece);
}

/** Middle of the longest stretch without speech; undefined if there is none. */
function longestPause(piece: Float32Array, detector: WindowDetector): number | undefined {
  let [middle, longest, start]: [number | undefined, number, number | undefined] = [undefined, 0, undefined];
  const { lag } = detector;
  const begin = PIECE_MIN - LEAD_IN;
  detector.reset();
  windowsOf(piece.subarray(begin), WINDOW).forEach((window, index) => {
    const at = begin + index * WINDOW;
    if (detector.isSpeech(window) || at < PIECE_MIN) {
      start = undefined;
      return;
    }
    start ??= at;
    if (at - start < longest) return;
    [longest, middle] = [at - start, ((at + start + WINDOW) >> 1) - lag];
  });
  return middle;
}

function quietestPlace(piece: Float32Array): number {
  const levels = windowsOf(piece.subarray(PIECE_MIN), QUIET_WINDOW).map(level);
  return PIECE_MIN + levels.indexOf(Math.min(...levels)) * QUIET_WINDOW + QUIET_WINDOW / 2;
}

/** The last window is padded with silence. */
function windowsOf(samples: Float32Array, size: number): Float32Array[] {
  return Array.from({ length: Math.ceil(samples.length / size) }, (_, index) => {
    const window = samples.subarray(index * size, (index + 1) * size);
    return window.length === size ? window : padded(window, size);
  });
}

/** Pads with silence up to the given length. */
export function padded(samples: Float32Array, length: number): Float32Array {
  if (samples.length >= length) return samples;
  const longer = new Float32Array(length);
  longer.set(samples);
  return longer;
}

/** Root mean square. */
function level(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}
