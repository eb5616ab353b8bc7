import type { SpeechProgress } from '../../ports/voice-activity-detector.ts';
import type { TakeReport } from './take-input.ts';

/** Silence that ends a take after its last word. */
export const SILENCE_MS = 2_000;
/** A take in which nobody has spoken for so long was a mistake. */
export const NO_SPEECH_MS = 5_000;

export type SpeechReport = Extract<
  TakeReport['type'],
  'speech_started' | 'silence_after_speech' | 'no_speech'
>;

/** Says what the speech in one take means for it, each time that this changes. */
export class SilenceTimer {
  #told: SpeechReport | undefined;

  look(heard: SpeechProgress): SpeechReport | undefined {
    const means = meaningOf(heard);
    if (means === this.#told) return undefined;
    this.#told = means;
    return means;
  }
}

function meaningOf({ analysed_ms, spoken_ms }: SpeechProgress): SpeechReport | undefined {
  if (spoken_ms === null) return analysed_ms >= NO_SPEECH_MS ? 'no_speech' : undefined;
  return analysed_ms - spoken_ms >= SILENCE_MS ? 'silence_after_speech' : 'speech_started';
}
