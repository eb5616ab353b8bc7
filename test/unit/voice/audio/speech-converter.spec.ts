import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { Resampler } from '../../../../src/infra/voice/audio/resampler.ts';
import { rawFormat, SpeechConverter } from '../../../../src/infra/voice/audio/speech-converter.ts';
import { readWavLayout } from '../../../../src/infra/voice/audio/wav-header.ts';
import { tempFolder } from '../../../support/temp-folder.ts';
import { shareOf, toneFile, type Shape } from '../../../support/tone.ts';

const FIXTURE = join(import.meta.dirname, '../../../fixtures/audio/open-the-calculator.wav');
const rms = (samples: ArrayLike<number>) => {
  let sum = 0;
  for (let i = 0; i < samples.length; i++) sum += samples[i]! ** 2;
  return Math.sqrt(sum / samples.length);
};

const bytesOf = (samples: Int16Array) => Buffer.from(samples.buffer);

function convert(file: Buffer, pieceBytes = 1_001): Int16Array {
  const { format, data_start } = readWavLayout(file);
  const converter = new SpeechConverter(format);
  const pieces: Int16Array[] = [];
  for (let at = data_start; at < file.length; at += pieceBytes) {
    pieces.push(converter.push(file.subarray(at, at + pieceBytes)));
  }
  pieces.push(converter.end());
  return new Int16Array(Uint8Array.from(Buffer.concat(pieces.map(bytesOf))).buffer);
}

describe('conversion to speech', () => {
  it.each<[string, Shape]>([
    ['48 kHz stereo', { rate: 48_000, channels: 2 }],
    ['44.1 kHz of 24 bits', { rate: 44_100, width: 3 }],
    ['8 kHz of 8 bits', { rate: 8_000, width: 1 }],
    ['96 kHz of floats', { rate: 96_000, width: 4 }],
    ['a rate with no ratio, six channels', { rate: 22_051, channels: 6 }],
    ['16 kHz stereo', { channels: 2 }],
  ])('MIC10 keeps the sound of %s', async (_, shape) => {
    await using folder = await tempFolder();
    const samples = convert(readFileSync(await toneFile(folder.path, shape)));
    expect(samples.length).toBe(16_000);
    const middle = samples.subarray(1_000, 15_000);
    expect(shareOf(middle)).toBeGreaterThan(0.9995);
    expect(rms(middle) / 32_768).toBeCloseTo(0.5 / Math.SQRT2, 2);
  });

  it('MIC10 lets nothing above the new rate’s half fold into speech', async () => {
    await using folder = await tempFolder();
    for (const hz of [9_000, 12_000, 15_000, 20_000]) {
      const samples = convert(readFileSync(await toneFile(folder.path, { rate: 48_000, hz })));
      // 60 dB below what came in.
      expect(rms(samples.subarray(1_000, 15_000)) / 32_768).toBeLessThan(0.5 / Math.SQRT2 / 1_000);
    }
  });

  it('MIC10 leaves 16-bit mono at 16 kHz as it is, in whatever pieces it comes', () => {
    const file = readFileSync(FIXTURE);
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 5_000 }), (bytes) => {
        expect(bytesOf(convert(file, bytes)).equals(file.subarray(44))).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it('MIC10 gives the same however the input is cut', () => {
    const input = Float32Array.from({ length: 3_000 }, (_, i) => Math.sin(i / 7));
    const whole = new Resampler(44_100, 16_000);
    const expected = [...whole.push(input), ...whole.end()];
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 30 }), (cuts) => {
        const resampler = new Resampler(44_100, 16_000);
        const given: number[] = [];
        let at = 0;
        for (const cut of cuts) given.push(...resampler.push(input.subarray(at, (at += cut))));
        given.push(...resampler.push(input.subarray(at)), ...resampler.end());
        expect(given).toEqual(expected);
      }),
      { numRuns: 20 },
    );
  });

  it('MIC10 refuses a width that no recorder writes', () => {
    const odd = { ...rawFormat(16_000, 1), block_align: 5 };
    expect(() => new SpeechConverter(odd)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }) as Error,
    );
  });
});
