/** How far long work has come. */
export interface Progress {
  /** What is being done: `Downloading`, `Compiling` … */
  step: string;
  /** To what. */
  subject: string;
  /** Parts that are done, in any unit; 0 until it is known. */
  done: number;
  /** Parts in all; 0 until it is known. */
  total: number;
}
