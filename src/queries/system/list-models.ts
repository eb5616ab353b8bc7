import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { IsAnyListOf, IsObject } from '../../fields/collections.ts';
import { IsInteger } from '../../fields/fields.ts';
import { ReadModels } from '../../projections/read-models.ts';
import { answer, QueryOf } from '../query.ts';
import { ModelList, ModelReport } from './model-list.ts';

class Models {
  /** The best first. */
  @IsAnyListOf(IsObject(ModelReport))
  models!: ModelReport[];

  @IsInteger(0)
  total_count!: number;
}

/** The speech models that are installed, and those that can be. */
export class ListModels extends QueryOf(Models) {}

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
