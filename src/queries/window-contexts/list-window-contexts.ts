import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { WindowContextRow } from '../../events/rows.ts';
import { windowContexts } from '../../projections/window-contexts.ts';
import { ReadModels } from '../../projections/read-models.ts';
import { answer, QueryMessage } from '../query.ts';

/** All window contexts, by id. */
export class ListWindowContexts extends QueryMessage<{
  contexts: readonly WindowContextRow[];
  total_count: number;
}> {}

@QueryHandler(ListWindowContexts)
export class ListWindowContextsHandler implements IQueryHandler<ListWindowContexts> {
  constructor(private readonly models: ReadModels) {}

  async execute(query: ListWindowContexts) {
    return answer(this.models, query, () => windowContexts.view(this.models.read(windowContexts)));
  }
}
