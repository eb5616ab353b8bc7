import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { IsOptional, Matches } from 'class-validator';
import { ReadModels } from '../../projections/read-models.ts';
import { statistics, statisticsView, type StatisticsView } from '../../projections/statistics.ts';
import { RecordingStateSource, type StageView } from '../takes/recording-state.ts';
import { answer, QueryMessage } from '../query.ts';

const DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const DAY_MESSAGE = '$property must be a day such as 2026-05-01';

export interface StagesView {
  /** Where the time of this run's last takes went. */
  stages: Record<string, StageView>;
}

/** Takes, minutes and words of each UTC day, and of all days asked for. */
export class GetStatistics extends QueryMessage<StatisticsView & StagesView> {
  /** The first day. */
  @IsOptional()
  @Matches(DAY, { message: DAY_MESSAGE })
  from?: string;

  /** The day after the last. */
  @IsOptional()
  @Matches(DAY, { message: DAY_MESSAGE })
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
