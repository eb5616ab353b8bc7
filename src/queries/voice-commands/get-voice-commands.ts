import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { VoiceCommandRow } from '../../events/rows.ts';
import { voiceCommands } from '../../projections/voice-commands.ts';
import { ReadModels } from '../../projections/read-models.ts';
import { answer, QueryMessage } from '../query.ts';

/** All voice commands, by id. */
export class GetVoiceCommands extends QueryMessage<{
  commands: readonly VoiceCommandRow[];
  total_count: number;
}> {}

@QueryHandler(GetVoiceCommands)
export class GetVoiceCommandsHandler implements IQueryHandler<GetVoiceCommands> {
  constructor(private readonly models: ReadModels) {}

  async execute(query: GetVoiceCommands) {
    return answer(this.models, query, () => voiceCommands.view(this.models.read(voiceCommands)));
  }
}
