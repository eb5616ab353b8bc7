import * as fc from 'fast-check';
import {
  cutAtPauses,
  hasSpeech,
  MODEL_RATE,
  padded,
  type WindowDetector,
  WINDOW,
} from '../../../../src/infra/voice/recogniser/pieces.ts';
import { joined } from '../../../support/wav.ts';

const PIECE_MAX = 30 * MODEL_RATE;

/** Hears speech wherever it is loud, at once. */
const byLoudness: WindowDetector = {
  lag: 0,
  reset: () => undefined,
  isSpeech: (window) => window.some((sample) => Math.abs(sample) > 0.1),
};

async function* inBlocks(samples: Float32Array, size: number) {
  for (let at = 0; at < samples.length; at += size) yield samples.subarray(at, at + size);
}

async function cut(samples: Float32Array, detector?: WindowDetector, size = MODEL_RATE) {
  const pieces: Float32Array[] = [];
  for await (const piece of cutAtPauses(inBlocks(samples, size), detector)) pieces.push(piece);
  return pieces;
}

/** Talk without end but for the given pauses, in seconds. */
function talk(seconds: number, pauses: readonly [from: number, to: number][], quiet = 0): Float32Array {
  return Float32Array.from({ length: seconds * MODEL_RATE }, (_, at) => {
    const isPause = pauses.some(([from, to]) => at >= from * MODEL_RATE && at < to * MODEL_RATE);
    return (isPause ? quiet : 0.5) * (at % 2 === 0 ? 1 : -1);
  });
}

const seconds = (samples: number) => samples / MODEL_RATE;

describe('cutting', () => {
  it('REC4 loses and doubles no sample, and no piece is longer than 30 s', async () => {
    const scenario = fc.record({
      length: fc.integer({ min: 0, max: 100 * MODEL_RATE }),
      size: fc.integer({ min: 1_000, max: 70 * MODEL_RATE }),
      withDetector: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ length, size, withDetector }) => {
        const samples = Float32Array.from({ length }, (_, at) => Math.sin(at / 9_000) * (at % 3));
        const pieces = await cut(samples, withDetector ? byLoudness : undefined, size);
        expect(Buffer.compare(Buffer.from(joined(pieces).buffer), Buffer.from(samples.buffer))).toBe(0);
        expect(pieces.every((piece) => piece.length > 0 && piece.length <= PIECE_MAX)).toBe(true);
        if (length <= PIECE_MAX) expect(pieces.length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 15 },
    );
  });

  it('REC4 cuts in the middle of the longest pause, or where it is quietest', async () => {
    const pauses: [number, number][] = [
      [5, 9],
      [17, 17.5],
      [20, 21],
      [26, 26.4],
    ];
    const withPauses = await cut(talk(45, pauses), byLoudness);
    expect(withPauses.map(({ length }) => seconds(length))).toEqual([
      expect.closeTo(20.5, 1),
      expect.closeTo(24.5, 1),
    ]);
    const murmured = await cut(talk(45, [[22, 22.2]], 0.2), byLoudness);
    expect(seconds(murmured[0]!.length)).toBeCloseTo(22.1, 0);
    const withoutDetector = await cut(talk(45, [[24, 24.3]]));
    expect(seconds(withoutDetector[0]!.length)).toBeGreaterThanOrEqual(24);
    expect(seconds(withoutDetector[0]!.length)).toBeLessThanOrEqual(24.3);
  });

  it('REC5 tells speech from silence, also without a detector, and fills short sound up', () => {
    for (const detector of [undefined, byLoudness]) {
      expect(hasSpeech(new Float32Array(5 * MODEL_RATE), detector)).toBe(false);
      expect(hasSpeech(talk(1, []).subarray(0, WINDOW / 2), detector)).toBe(true);
      expect(hasSpeech(joined([new Float32Array(MODEL_RATE), talk(1, [])]), detector)).toBe(true);
    }
    expect(padded(Float32Array.of(1, 2), 4)).toEqual(Float32Array.of(1, 2, 0, 0));
    expect(padded(Float32Array.of(1, 2), 1)).toEqual(Float32Array.of(1, 2));
  });
});
