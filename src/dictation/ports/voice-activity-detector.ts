/** How far a sound has been analysed, measured in its samples and not by a clock. */
export interface SpeechProgress {
  /** The length of the analysed part, in ms. */
  analysed_ms: number;
  /** Where the last speech in it ended, in ms; null if there was none. */
  spoken_ms: number | null;
}

/** None of these may throw. */
export interface SpeechListener {
  progress(soFar: SpeechProgress): void;
  /** Nothing more will be reported for this sound; `message` is a sentence. At most once. */
  failed(message: string): void;
}

export interface SpeechListening {
  /**
   * Accepts mono 16-bit samples, in order.
   * @returns resolves when they have been analysed or never will be; a caller that can wait for it gets its results in time.
   */
  feed(pcm: Int16Array): Promise<void>;
  /** Nothing is reported from now on. */
  end(): void;
}

/** Distinguishes speech from everything else while it is spoken. */
export abstract class VoiceActivityDetector {
  /**
   * Starts a sound, which ends the previous one. Never throws: errors are reported through `failed`.
   * @param sampleRate in Hz
   */
  abstract listen(sampleRate: number, listener: SpeechListener): SpeechListening;
  abstract close(): Promise<void>;
}
