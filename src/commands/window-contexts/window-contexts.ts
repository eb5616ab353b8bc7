import type { WindowContextRow } from '../../events/rows.ts';

/** The window contexts as they are now. */
export interface WindowContexts {
  /** All of them, in any order, without asking the engine. */
  list(): readonly WindowContextRow[];
}

export const WINDOW_CONTEXTS = Symbol('WindowContexts');
