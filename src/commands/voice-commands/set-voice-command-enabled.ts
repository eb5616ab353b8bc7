import { CommandHandler } from '@nestjs/cqrs';
import { UpdateOf, RowId } from '../command.ts';
import { IsFlag, IsId } from '../../fields/fields.ts';
import { ReducerHandler } from '../reducer-handler.ts';

export class SetVoiceCommandEnabled extends UpdateOf(RowId) {
  @IsId()
  id!: number;

  @IsFlag()
  enabled!: boolean;
}

@CommandHandler(SetVoiceCommandEnabled)
export class SetVoiceCommandEnabledHandler extends ReducerHandler<SetVoiceCommandEnabled> {
  protected readonly reducer = 'set_voice_command_enabled';

  protected args({ id, enabled }: SetVoiceCommandEnabled) {
    return { id, enabled };
  }
}
