/** What was heard in one sound file, before any rule of the user's. */
export interface Transcript {
  text: string;
  /** Name of the model that heard it. */
  model: string;
  /** BCP 47, where the model tells it. */
  language: string | null;
  audio_ms: number;
  /** Time in the model itself, without loading it and without waiting. */
  decode_ms: number;
}

export interface TranscriptionRequest {
  /** A WAV file of any rate and number of channels. */
  file: string;
  /** Name of an installed model; null takes the one of the settings, or the only one. */
  model: string | null;
}

/** Hears text as it forms, from models that can. */
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
  /** Loads the model before its first file comes, so that it need not wait for it. Throws as {@link transcribe}. */
  abstract prepare(model: string | null): Promise<void>;
  abstract close(): Promise<void>;
}
