/** A backup that was written. */
export interface BackupMade {
  /** Absolute path. */
  file: string;
  /** Its size. */
  bytes: number;
  /** ISO 8601. */
  made_at: string;
  /** Of the history that it was made of. */
  epoch: string;
  /** Events, which is also the seq of the last one. */
  events: number;
  receipts: number;
}

/** Writes the history into a file while commands go on. */
export abstract class BackupMaker {
  /**
   * @param file absolute path of a file that does not exist yet; one in the data folder, named by the time, when absent.
   * @param signal gives it up.
   * @throws HeycatError DUPLICATE or INVALID_ARGUMENT for the file, ENGINE_UNAVAILABLE, INTERNAL when the disk refuses.
   */
  abstract make(file?: string, signal?: AbortSignal): Promise<BackupMade>;
}
