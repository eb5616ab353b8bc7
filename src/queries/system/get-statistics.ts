import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { IsMapOf, IsObject } from '../../fields/collections.ts';
import { IsDay, IsOptional } from '../../fields/fields.ts';
import { ReadModels } from '../../projections/read-models.ts';
import { statistics, statisticsView, StatisticsView } from '../../projections/statistics.ts';
import { RecordingStateSource, StageView } from '../takes/recording-state.ts';
import { answer, QueryOf } from '../query.ts';

class Statistics extends StatisticsView {
  /** Where the time of this run's last takes went. */
  @IsMapOf(IsObject(StageView))
  stages!: Record<string, StageView>;
}

/** Takes, minutes and words of each UTC day, and of all days asked for. */
export class GetStatistics extends QueryOf(Statistics) {
  /** The first day. */
  @IsOptional()
  @IsDay()
  from?: string;

  /** The day after the last. */
  @IsOptional()
  @IsDay()
  to?: string;
}

@QueryHandler(GetStatistics)
export class GetStatisticsHandler implements IQueryHandler<GetStatistics> {
  constructor(
    private readonly models: ReadModels,
    private readonly source: RecordingStateSource,
  ) {}

  async execute(query: GetStatistics) {
    const range = { from: query.from ?? undefined, to: query.to ?? undefined };
    return answer(this.models, query, () => ({
      ...statisticsView(this.models.read(statistics), range),
      stages: this.source.stages(),
    }));
  }
}
