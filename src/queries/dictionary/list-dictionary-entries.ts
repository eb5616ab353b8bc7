import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { dictionary, DictionaryView } from '../../projections/dictionary.ts';
import { ReadModels } from '../../projections/read-models.ts';
import { answer, QueryOf } from '../query.ts';

/** All dictionary entries, by id. */
export class ListDictionaryEntries extends QueryOf(DictionaryView) {}

@QueryHandler(ListDictionaryEntries)
export class ListDictionaryEntriesHandler implements IQueryHandler<ListDictionaryEntries> {
  constructor(private readonly models: ReadModels) {}

  async execute(query: ListDictionaryEntries) {
    return answer(this.models, query, () => dictionary.view(this.models.read(dictionary)));
  }
}
