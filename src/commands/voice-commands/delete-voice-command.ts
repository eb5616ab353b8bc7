import { CommandHandler } from '@nestjs/cqrs';
import { UpdateOf, RowId } from '../command.ts';
import { IsId } from '../../fields/fields.ts';
import { ReducerHandler } from '../reducer-handler.ts';

export class DeleteVoiceCommand extends UpdateOf(RowId) {
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
