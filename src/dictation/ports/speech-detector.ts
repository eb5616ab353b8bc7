/** What was made of a sound so far, counted in its samples and not by a clock. */
export interface SpeechHeard {
  /** How much of it was looked at, in ms. */
  heard_ms: number;
  /** Where the last speech in that ended; null where there was none. */
  spoken_ms: number | null;
}

/** None of these may throw. */
export interface SpeechListener {
  heard(soFar: SpeechHeard): void;
  /** No more will be told of this sound; `message` is a sentence. At most once. */
  failed(message: string): void;
}

export interface SpeechListening {
  /**
   * Takes mono 16-bit samples, at once and in order.
   * @returns resolves when they were looked at, or never will be: whoever can wait for that hears in time.
   */
  feed(pcm: Int16Array): Promise<void>;
  /** Nothing is told from now on. */
  end(): void;
}

/** Tells speech from everything else while it is spoken. */
export abstract class SpeechDetector {
  /**
   * Begins with a sound; the one before counts as ended. Never throws: what goes wrong is told as `failed`.
   * @param sampleRate in Hz
   */
  abstract listen(sampleRate: number, listener: SpeechListener): SpeechListening;
  abstract close(): Promise<void>;
}
