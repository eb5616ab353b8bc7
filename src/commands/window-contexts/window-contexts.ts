import type { WindowContextRow } from '../../events/rows.ts';

/** The window contexts as they are now. */
export abstract class WindowContexts {
  /** All of them, in any order, without asking the engine. */
  abstract list(): readonly WindowContextRow[];
}
