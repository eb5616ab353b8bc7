import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { windowContexts, WindowContextsView } from '../../projections/window-contexts.ts';
import { ReadModels } from '../../projections/read-models.ts';
import { answer, QueryOf } from '../query.ts';

/** All window contexts, by id. */
export class ListWindowContexts extends QueryOf(WindowContextsView) {}

@QueryHandler(ListWindowContexts)
export class ListWindowContextsHandler implements IQueryHandler<ListWindowContexts> {
  constructor(private readonly models: ReadModels) {}

  async execute(query: ListWindowContexts) {
    return answer(this.models, query, () => windowContexts.view(this.models.read(windowContexts)));
  }
}
