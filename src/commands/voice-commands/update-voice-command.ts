import { CommandHandler } from '@nestjs/cqrs';
import { IsDefined } from 'class-validator';
import { ACTION_TYPES, type ActionType } from '../../events/rows.ts';
import { UpdatingCommand } from '../command.ts';
import { IsFlag, IsId, IsJsonValue, IsName, IsOneOf, MayBeAbsent } from '../fields.ts';
import { LIMITS } from '../limits.ts';
import { ReducerHandler } from '../reducer-handler.ts';

export class UpdateVoiceCommand extends UpdatingCommand {
  @IsId()
  id!: number;

  @MayBeAbsent()
  @IsName(LIMITS.trigger_chars)
  phrase?: string;

  @MayBeAbsent()
  @IsOneOf(ACTION_TYPES)
  action_type?: ActionType;

  @MayBeAbsent()
  @IsDefined({ message: '$property must be a JSON value other than null.' })
  @IsJsonValue()
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
