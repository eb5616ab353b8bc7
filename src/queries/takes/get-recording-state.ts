import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ReadModels } from '../../projections/read-models.ts';
import { answer, QueryOf } from '../query.ts';
import { RecordingStateSource, RecordingStateView } from './recording-state.ts';

/** Reads whether a take is being recorded, and how many takes wait for their text. */
export class GetRecordingState extends QueryOf(RecordingStateView) {}

@QueryHandler(GetRecordingState)
export class GetRecordingStateHandler implements IQueryHandler<GetRecordingState> {
  constructor(
    private readonly models: ReadModels,
    private readonly source: RecordingStateSource,
  ) {}

  execute(query: GetRecordingState) {
    return answer(this.models, query, () => this.source.state());
  }
}
