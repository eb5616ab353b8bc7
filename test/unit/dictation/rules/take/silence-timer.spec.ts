import * as fc from 'fast-check';
import {
  NO_SPEECH_MS,
  SILENCE_MS,
  SilenceTimer,
} from '../../../../../src/dictation/rules/take/silence-timer.ts';

/** What a timer says of a sound, window by window, with the place where it says it. */
function told(windows: readonly boolean[], windowMs: number): [number, string][] {
  const timer = new SilenceTimer();
  let spoken_ms: number | null = null;
  return windows.flatMap((isSpeech, index): [number, string][] => {
    const analysed_ms = (index + 1) * windowMs;
    if (isSpeech) spoken_ms = analysed_ms;
    const report = timer.look({ analysed_ms, spoken_ms });
    return report === undefined ? [] : [[analysed_ms, report]];
  });
}

const stretch = (isSpeech: boolean, ms: number) => Array.from<boolean>({ length: ms / 10 }).fill(isSpeech);

describe('silence in a take', () => {
  it('TAK72 two seconds after the last word are silence, shorter pauses are not', () => {
    const sound = [true, false, true, false, true, false].flatMap((isSpeech, index) =>
      stretch(isSpeech, [1_000, 1_990, 500, 2_500, 100, 2_000][index]!),
    );
    expect(told(sound, 10)).toEqual([
      [10, 'speech_started'],
      [5_490, 'silence_after_speech'],
      [6_000, 'speech_started'],
      [8_090, 'silence_after_speech'],
    ]);
  });

  it('TAK72 five seconds without a word are told once, and speech after them all the same', () => {
    const sound = [...stretch(false, 9_000), ...stretch(true, 100)];
    expect(told(sound, 10)).toEqual([
      [5_000, 'no_speech'],
      [9_010, 'speech_started'],
    ]);
  });

  it('TAK72 whatever is heard, no silence is told earlier, and none is missed', () => {
    const anySound = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 40 })), { maxLength: 30 });
    fc.assert(
      fc.property(anySound, (parts) => {
        const windows = parts.flatMap(([isSpeech, length]) => Array.from<boolean>({ length }).fill(isSpeech));
        const silent = new Set(
          told(windows, 100)
            .filter(([, report]) => report !== 'speech_started')
            .map(([at]) => at / 100),
        );
        let quiet = 0;
        let limit = NO_SPEECH_MS;
        windows.forEach((isSpeech, index) => {
          quiet = isSpeech ? 0 : quiet + 100;
          if (isSpeech) limit = SILENCE_MS;
          expect([index + 1, silent.has(index + 1)]).toEqual([index + 1, quiet === limit]);
        });
      }),
    );
  });
});
