import { DictionaryEntryRow } from '../events/rows.ts';
import { IsAnyListOf, IsObject } from '../fields/collections.ts';
import { IsInteger } from '../fields/fields.ts';
import { rowProjection } from './row-projection.ts';

/** All dictionary entries, by id. */
export class DictionaryView {
  @IsAnyListOf(IsObject(DictionaryEntryRow))
  entries!: readonly DictionaryEntryRow[];

  @IsInteger(0)
  total_count!: number;
}

export const dictionary = rowProjection({
  area: 'dictionary',
  version: 1,
  view: (rows): DictionaryView => ({ entries: rows.all.slice(), total_count: rows.size }),
});
