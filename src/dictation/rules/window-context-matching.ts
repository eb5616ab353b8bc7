import type { WindowContextRow } from '../../events/rows.ts';

/** The window that has the keyboard focus. */
export interface ActiveWindow {
  app_name: string;
  title: string | null;
}

/** Whether a window's title matches a context's pattern; false for a pattern that does not compile. */
export type TitleMatcher = (pattern: string, title: string) => boolean;

/**
 * The context that applies to a window: enabled, for its application (ignoring case), with no pattern or one that matches
 * the title. The highest priority wins, then the newest; a window without a title matches no pattern.
 */
export function matchWindowContext(
  contexts: Iterable<WindowContextRow>,
  window: ActiveWindow,
  titleMatches: TitleMatcher,
): WindowContextRow | undefined {
  const app = window.app_name.toLowerCase();
  let best: WindowContextRow | undefined;
  for (const context of contexts) {
    if (!context.enabled || context.app_name.toLowerCase() !== app) continue;
    // The cheap comparison comes first, because a user's pattern may be slow.
    if (best !== undefined && !outranks(context, best)) continue;
    if (hasTitle(context.title_pattern, window.title, titleMatches)) best = context;
  }
  return best;
}

function outranks(a: WindowContextRow, b: WindowContextRow): boolean {
  return a.priority === b.priority ? a.id > b.id : a.priority > b.priority;
}

function hasTitle(pattern: string | null, title: string | null, titleMatches: TitleMatcher): boolean {
  if (pattern === null) return true;
  return title !== null && titleMatches(pattern, title);
}
