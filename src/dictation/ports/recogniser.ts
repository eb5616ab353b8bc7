/** The raw text of one sound file, before any of the user's rules. */
export interface Transcript {
  text: string;
  /** Name of the model that transcribed it. */
  model: string;
  /** BCP 47 tag, if the model reports one. */
  language: string | null;
  audio_ms: number;
  /** Time spent in the model itself, without loading it and without waiting. */
  decode_ms: number;
}

export interface TranscriptionRequest {
  /** A WAV file of any rate and number of channels. */
  file: string;
  /** Name of an installed model; null for the one in the settings, or the only one. */
  model: string | null;
}

/** Receives text as it forms, from models that can report it. */
export type PartialListener = (text: string) => void;

/** Turns recorded speech into text, one file after the other. */
export abstract class Recogniser {
  /**
   * Waits for its turn: any number of requests may wait.
   * @throws HeycatError MODEL_MISSING, INVALID_ARGUMENT (no WAV file, no samples), INTERNAL (it failed twice)
   */
  abstract transcribe(request: TranscriptionRequest, partial?: PartialListener): Promise<Transcript>;
  /** @throws HeycatError MODEL_MISSING when there is no such model; loads nothing. */
  abstract check(model: string | null): Promise<void>;
  /** Loads the model ahead of its first file. Throws as {@link transcribe}. */
  abstract prepare(model: string | null): Promise<void>;
  abstract close(): Promise<void>;
}
