import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { HeycatError } from '../../errors.ts';
import type { RecordingRow } from '../../events/rows.ts';
import { IsId } from '../../fields/fields.ts';
import { ReadModels } from '../../projections/read-models.ts';
import { answer, QueryMessage } from '../query.ts';

export class GetRecording extends QueryMessage<{ recording: RecordingRow }> {
  @IsId()
  id!: number;
}

@QueryHandler(GetRecording)
export class GetRecordingHandler implements IQueryHandler<GetRecording> {
  constructor(private readonly models: ReadModels) {}

  async execute(query: GetRecording) {
    return answer(this.models, query, () => {
      const recording = this.models.row('recordings', query.id);
      if (recording === undefined)
        throw new HeycatError('NOT_FOUND', 'Recording not found', { id: query.id });
      return { recording };
    });
  }
}
