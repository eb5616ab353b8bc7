import type { SpeechProgress } from '../../ports/voice-activity-detector.ts';
import type { TakeReport } from './take-input.ts';

/** Silence after the last word that ends a take. */
export const SILENCE_MS = 2_000;
/** A take without speech for this long was started by mistake. */
export const NO_SPEECH_MS = 5_000;

export type SpeechReport = Extract<
  TakeReport['type'],
  'speech_started' | 'silence_after_speech' | 'no_speech'
>;

/** Reports each change of what the speech in a take means for it. */
export class SilenceTimer {
  #reported: SpeechReport | undefined;

  look(progress: SpeechProgress): SpeechReport | undefined {
    const means = meaningOf(progress);
    if (means === this.#reported) return undefined;
    this.#reported = means;
    return means;
  }
}

function meaningOf({ analysed_ms, spoken_ms }: SpeechProgress): SpeechReport | undefined {
  if (spoken_ms === null) return analysed_ms >= NO_SPEECH_MS ? 'no_speech' : undefined;
  return analysed_ms - spoken_ms >= SILENCE_MS ? 'silence_after_speech' : 'speech_started';
}
