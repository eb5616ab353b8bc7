import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { HeycatError } from '../../errors.ts';
import { RecordingRow } from '../../events/rows.ts';
import { IsObject } from '../../fields/collections.ts';
import { IsId } from '../../fields/fields.ts';
import { ReadModels } from '../../projections/read-models.ts';
import { answer, QueryOf } from '../query.ts';

class OneRecording {
  @IsObject(RecordingRow)
  recording!: RecordingRow;
}

export class GetRecording extends QueryOf(OneRecording) {
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
