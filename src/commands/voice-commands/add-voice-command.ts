import { CommandHandler } from '@nestjs/cqrs';
import { ACTION_TYPES, type ActionType } from '../../events/rows.ts';
import { CommandOf, RowId } from '../command.ts';
import { IsFlag, IsJsonValue, IsName, IsOneOf, IsOptional } from '../../fields/fields.ts';
import { LIMITS } from '../../fields/limits.ts';
import { ReducerHandler } from '../reducer-handler.ts';

export class AddVoiceCommand extends CommandOf(RowId) {
  /** May hold `{name}` parameters. */
  @IsName(LIMITS.trigger_chars)
  phrase!: string;

  @IsOneOf(ACTION_TYPES)
  action_type!: ActionType;

  /** Its shape depends on action_type; an empty object when absent. */
  @IsOptional()
  @IsJsonValue()
  action_payload?: unknown;

  /** True when absent. */
  @IsOptional()
  @IsFlag()
  enabled?: boolean;
}

@CommandHandler(AddVoiceCommand)
export class AddVoiceCommandHandler extends ReducerHandler<AddVoiceCommand> {
  protected readonly reducer = 'add_voice_command';

  protected args({ phrase, action_type, action_payload, enabled }: AddVoiceCommand) {
    return {
      voice_command: {
        phrase,
        action_type,
        action_payload: JSON.stringify(action_payload ?? {}),
        enabled: enabled ?? true,
      },
    };
  }
}
