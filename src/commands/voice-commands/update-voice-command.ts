import { CommandHandler } from '@nestjs/cqrs';
import { ACTION_TYPES, type ActionType } from '../../events/rows.ts';
import { UpdateOf, RowId } from '../command.ts';
import { IsFlag, IsId, IsJsonValueButNull, IsName, IsOneOf, MayBeAbsent } from '../../fields/fields.ts';
import { LIMITS } from '../../fields/limits.ts';
import { ReducerHandler } from '../reducer-handler.ts';

export class UpdateVoiceCommand extends UpdateOf(RowId) {
  @IsId()
  id!: number;

  @MayBeAbsent()
  @IsName(LIMITS.trigger_chars)
  phrase?: string;

  @MayBeAbsent()
  @IsOneOf(ACTION_TYPES)
  action_type?: ActionType;

  @MayBeAbsent()
  @IsJsonValueButNull()
  action_payload?: unknown;

  @MayBeAbsent()
  @IsFlag()
  enabled?: boolean;
}

@CommandHandler(UpdateVoiceCommand)
export class UpdateVoiceCommandHandler extends ReducerHandler<UpdateVoiceCommand> {
  protected readonly reducer = 'update_voice_command';

  protected args({ id, phrase, action_type, action_payload, enabled }: UpdateVoiceCommand) {
    return {
      id,
      changes: {
        phrase: phrase ?? null,
        action_type: action_type ?? null,
        action_payload: action_payload === undefined ? null : JSON.stringify(action_payload),
        enabled: enabled ?? null,
      },
    };
  }
}
