/** What the header of a WAV file says. */
export interface WavFacts {
  duration_ms: number;
  /** In Hz. */
  sample_rate: number;
}

/** Looks at sound files on disk. */
export abstract class WavInspector {
  /**
   * Reads the header only.
   * @throws HeycatError INVALID_ARGUMENT with details.field `file_path` unless it is a WAV file that holds sound.
   */
  abstract inspect(path: string): Promise<WavFacts>;
}
