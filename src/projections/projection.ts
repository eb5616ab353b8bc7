import type { RowChange } from '../events/rows.ts';
import type { RowPage } from './snapshot.ts';

/** How row changes become one read model. Pure: no clock, no randomness, no I/O. */
export interface Projection<State, View = unknown> {
  readonly name: string;
  /** Raised whenever the same changes would give another state. */
  readonly version: number;
  /** The empty state, or the one whose {@link content} the pages hold. */
  initial(pages?: readonly RowPage[]): State;
  /**
   * Works in place, at a cost that grows with the change and not with the state. `change.before` is what the read
   * models hold, so a change that comes again has equal sides and must leave the state as it is.
   */
  apply(state: State, change: RowChange): void;
  /** What its query answers when asked without arguments, in wire form. */
  view(state: State): View;
  /**
   * The entire state as JSON data, in ascending order of id or key; equal for equal rows, whatever way led there. Its
   * elements are replaced and never mutated.
   */
  content(state: State): readonly unknown[];
}
