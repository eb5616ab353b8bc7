import type { RecordingRow } from '../../events/rows.ts';

/** Why a file accepts no more samples; `message` is a sentence for the user. */
export interface StorageFailure {
  reason: 'disk_full' | 'disk_slow' | 'disk_failed';
  message: string;
}

/** The content of a file, measured in samples and not by a clock. */
export interface StoredSound {
  samples: number;
  duration_ms: number;
  failure?: StorageFailure;
}

/** A sound file that grows while it is recorded, and that a repair makes playable at any moment. */
export interface TakeFile {
  readonly path: string;
  /** Accepts mono 16-bit samples, synchronously. */
  append(pcm: Int16Array): void;
  /** Resolves when all of it is on disk. Never throws; safe to call again. */
  finish(): Promise<StoredSound>;
}

export interface NewTakeFile {
  /** Hz */
  sampleRate: number;
  startedAt: Date;
  /** Called once, when no more samples are accepted. */
  onFailure(failure: StorageFailure): void;
}

export interface RepairedSound {
  samples: number;
  duration_ms: number;
  /** Hz */
  sample_rate: number;
}

export type KnownRecording = Pick<RecordingRow, 'id' | 'file_path' | 'status'>;

/** The leftovers of an earlier run. */
export interface Leftovers {
  /** Absolute paths of WAV files in the folder without a row, sorted by name and therefore by age. */
  orphans: string[];
  /** Rows whose take was in progress when the service ended, by id. */
  unfinished: KnownRecording[];
}

/** The recordings folder. Nothing here deletes sound. */
export abstract class TakeFiles {
  /** Throws the error of the file system. */
  abstract create(file: NewTakeFile): Promise<TakeFile>;
  /** Makes a file playable that a killed process left behind. @throws HeycatError INVALID_ARGUMENT if it is not a WAV file. */
  abstract repair(path: string): Promise<RepairedSound>;
  abstract leftovers(rows: Iterable<KnownRecording>): Promise<Leftovers>;
}
