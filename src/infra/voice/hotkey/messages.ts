import type { Action } from './combination-watch.ts';
import type { Combination } from './combination.ts';

/** The combination to tell of from now on. */
export interface ToChild {
  /** Of the registration; what is told carries it. */
  id: number;
  combination: Combination;
}

export type FromChild =
  | { kind: 'armed'; id: number }
  | { kind: 'refused'; message: string }
  /** `at` in ms of process.hrtime, which all processes of a machine share. No other key ever leaves the child. */
  | { kind: 'key'; id: number; action: Action; at: number };

/** Milliseconds of the clock that processes share. */
export function sharedNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
