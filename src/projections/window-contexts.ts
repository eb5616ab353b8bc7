import { WindowContextRow } from '../events/rows.ts';
import { IsAnyListOf, IsObject } from '../fields/collections.ts';
import { IsInteger } from '../fields/fields.ts';
import { rowProjection } from './row-projection.ts';

/** All window contexts, by id. */
export class WindowContextsView {
  @IsAnyListOf(IsObject(WindowContextRow))
  contexts!: readonly WindowContextRow[];

  @IsInteger(0)
  total_count!: number;
}

export const windowContexts = rowProjection({
  area: 'window_contexts',
  version: 1,
  view: (rows): WindowContextsView => ({ contexts: rows.all.slice(), total_count: rows.size }),
});
