/** The progress of long work. */
export interface Progress {
  /** The current step: `Downloading`, `Compiling` … */
  step: string;
  /** The object of the step. */
  subject: string;
  /** Completed parts, in any unit; 0 until known. */
  done: number;
  /** All parts; 0 until known. */
  total: number;
}
