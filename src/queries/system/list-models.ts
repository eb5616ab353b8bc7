import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ReadModels } from '../../projections/read-models.ts';
import { answer, QueryMessage } from '../query.ts';
import { ModelList, type ModelReport } from './model-list.ts';

export interface Models {
  /** The best first. */
  models: ModelReport[];
  total_count: number;
}

/** The speech models that are installed, and those that can be. */
export class ListModels extends QueryMessage<Models> {}

@QueryHandler(ListModels)
export class ListModelsHandler implements IQueryHandler<ListModels> {
  constructor(
    private readonly readModels: ReadModels,
    private readonly list: ModelList,
  ) {}

  async execute(query: ListModels) {
    const models = await this.list.list();
    return answer(this.readModels, query, () => ({ models, total_count: models.length }));
  }
}
