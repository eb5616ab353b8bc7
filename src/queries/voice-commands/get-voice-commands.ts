import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { voiceCommands, VoiceCommandsView } from '../../projections/voice-commands.ts';
import { ReadModels } from '../../projections/read-models.ts';
import { answer, QueryOf } from '../query.ts';

/** All voice commands, by id. */
export class GetVoiceCommands extends QueryOf(VoiceCommandsView) {}

@QueryHandler(GetVoiceCommands)
export class GetVoiceCommandsHandler implements IQueryHandler<GetVoiceCommands> {
  constructor(private readonly models: ReadModels) {}

  async execute(query: GetVoiceCommands) {
    return answer(this.models, query, () => voiceCommands.view(this.models.read(voiceCommands)));
  }
}
