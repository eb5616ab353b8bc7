/** A speech model, installed or not. */
export interface ModelReport {
  name: string;
  title: string;
  /** `nemo_transducer`, `transducer`, `streaming_transducer`, `moonshine`, `whisper` or `sense_voice`. */
  kind: string;
  /** BCP 47; empty where nobody says. */
  languages: string[];
  licence: string | null;
  credit: string | null;
  /** On disk, about. */
  bytes: number | null;
  /** To fetch, about. */
  download_bytes: number | null;
  /** `damaged`: a file is gone, or has another size than it was installed with. */
  state: 'available' | 'installed' | 'damaged';
  folder: string | null;
  /** `host`: in the folder that a host ships. */
  place: 'host' | 'user' | null;
  /** Whether it hears what is dictated now, where nothing else is asked for. */
  used: boolean;
}

/** What is known of speech models. */
export abstract class ModelList {
  abstract list(): Promise<ModelReport[]>;
}
