/** What became of a file that was to be deleted; `reason` is a sentence. */
export type FileRemoval = { deleted: true } | { deleted: false; reason: string };

/** The sound files of the recordings. */
export abstract class RecordingFiles {
  /**
   * Deletes a file that lies inside the recordings folder and that no recording names any more.
   * Never throws: what is not deleted is told with its reason. A file that is gone already counts as deleted.
   */
  abstract remove(path: string): Promise<FileRemoval>;
}
