import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { DictionaryEntryRow } from '../../events/rows.ts';
import { dictionary } from '../../projections/dictionary.ts';
import { ReadModels } from '../../projections/read-models.ts';
import { answer, QueryMessage } from '../query.ts';

/** All dictionary entries, by id. */
export class ListDictionaryEntries extends QueryMessage<{
  entries: readonly DictionaryEntryRow[];
  total_count: number;
}> {}

@QueryHandler(ListDictionaryEntries)
export class ListDictionaryEntriesHandler implements IQueryHandler<ListDictionaryEntries> {
  constructor(private readonly models: ReadModels) {}

  async execute(query: ListDictionaryEntries) {
    return answer(this.models, query, () => dictionary.view(this.models.read(dictionary)));
  }
}
