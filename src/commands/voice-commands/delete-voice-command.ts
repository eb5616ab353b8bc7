import { CommandHandler } from '@nestjs/cqrs';
import { UpdatingCommand } from '../command.ts';
import { IsId } from '../../fields/fields.ts';
import { ReducerHandler } from '../reducer-handler.ts';

export class DeleteVoiceCommand extends UpdatingCommand {
  @IsId()
  id!: number;
}

@CommandHandler(DeleteVoiceCommand)
export class DeleteVoiceCommandHandler extends ReducerHandler<DeleteVoiceCommand> {
  protected readonly reducer = 'delete_voice_command';

  protected args({ id }: DeleteVoiceCommand) {
    return { id };
  }
}
