import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { LevelMeter, QualityWatch } from '../../../../src/dictation/rules/levels.ts';

const steady = (value: number, length: number) => new Int16Array(length).fill(value);
const fixture = (name: string) => {
  const bytes = readFileSync(join(import.meta.dirname, '../../../fixtures/audio', name));
  return new Int16Array(Uint8Array.from(bytes.subarray(44)).buffer);
};

describe('levels', () => {
  it.each([
    [0, 0],
    [328, 3],
    [3_277, 30],
    [-10_923, 100],
    [32_767, 100],
  ])('MIC18 an RMS of %s is level %s', (value, level) => {
    expect(new LevelMeter().add(steady(value, 320), 0)).toBe(level);
  });

  it('MIC18 come at most 20 times a second, over all samples since the last, from 0 to 100', () => {
    const pieces = fc.array(
      fc.record({ after: fc.integer({ min: 0, max: 200 }), pcm: fc.int16Array({ maxLength: 50 }) }),
    );
    fc.assert(
      fc.property(pieces, (all) => {
        const meter = new LevelMeter();
        let [at, told] = [0, -Infinity];
        for (const { after, pcm } of all) {
          at += after;
          const level = meter.add(pcm, at);
          if (level === undefined) continue;
          expect(at - told).toBeGreaterThanOrEqual(50);
          expect(Number.isInteger(level) && level >= 0 && level <= 100).toBe(true);
          told = at;
        }
      }),
    );
    const meter = new LevelMeter();
    meter.add(steady(0, 320), 0);
    expect(meter.add(steady(0, 320), 20)).toBeUndefined();
    expect(meter.add(steady(3_277, 320), 50)).toBe(21);
  });
});

describe('the quality of a take', () => {
  it('MIC19 a sample at 99 % of full scale is clipping, told once', () => {
    const watch = new QualityWatch();
    expect(watch.add(steady(32_439, 1_000))).toBeUndefined();
    expect(watch.add(steady(32_441, 1))).toBe('clipping');
    expect(watch.add(steady(-32_768, 1))).toBeUndefined();
    expect(new QualityWatch().add(steady(-32_768, 1))).toBe('clipping');
  });

  it('MIC19 a take is too quiet when its loudest half second is, and is not judged before 8,000 samples', () => {
    const watch = new QualityWatch();
    watch.add(steady(900, 7_999));
    expect(watch.isTooQuiet).toBe(false);
    watch.add(steady(900, 1));
    expect(watch.isTooQuiet).toBe(true);
    watch.add(steady(0, 80_000));
    watch.add(steady(2_000, 8_000));
    expect(watch.isTooQuiet).toBe(false);
  });

  it.each(['beckett.wav', 'open-the-calculator.wav', 'schedule-a-meeting.wav'])(
    'MIC19 %s is neither',
    (name) => {
      const watch = new QualityWatch();
      expect(watch.add(fixture(name))).toBeUndefined();
      expect(watch.isTooQuiet).toBe(false);
    },
  );
});
