import type { RecordingRow } from '../../events/rows.ts';

/** Why a file takes no more samples; `message` is a sentence for the user. */
export interface StorageFailure {
  reason: 'disk_full' | 'disk_slow' | 'disk_failed';
  message: string;
}

/** What is in a file, by its samples and not by a clock. */
export interface StoredSound {
  samples: number;
  duration_ms: number;
  failure?: StorageFailure;
}

/** A sound file that grows while it is recorded, and is playable at any moment after a repair. */
export interface TakeFile {
  readonly path: string;
  /** Takes mono 16-bit samples, at once. */
  append(pcm: Int16Array): void;
  /** Resolves when all of it is on disk. Never throws; safe to call again. */
  finish(): Promise<StoredSound>;
}

export interface NewTakeFile {
  /** Hz */
  sampleRate: number;
  startedAt: Date;
  /** Called once, when no more samples are taken. */
  onFailure(failure: StorageFailure): void;
}

export interface RepairedSound {
  samples: number;
  duration_ms: number;
  /** Hz */
  sample_rate: number;
}

export type KnownRecording = Pick<RecordingRow, 'id' | 'file_path' | 'status'>;

/** What an earlier run left. */
export interface Leftovers {
  /** Absolute paths of WAV files of the folder that no row names, by name and so by age. */
  orphans: string[];
  /** Rows whose take was under way when the service ended, by id. */
  unfinished: KnownRecording[];
}

/** The recordings folder, as takes use it. Nothing here deletes sound. */
export abstract class TakeFiles {
  /** Throws as the disk does. */
  abstract create(file: NewTakeFile): Promise<TakeFile>;
  /** Makes playable what a killed process left. @throws HeycatError INVALID_ARGUMENT when it is no WAV file. */
  abstract repair(path: string): Promise<RepairedSound>;
  abstract leftovers(rows: Iterable<KnownRecording>): Promise<Leftovers>;
}
