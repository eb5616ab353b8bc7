import { CommandHandler } from '@nestjs/cqrs';

import { CommandMessage } from '../command.ts';
import { IsId } from '../../fields/fields.ts';
import { DictationHandler } from './dictation-handler.ts';

/** Says which of the commands told as `command_ambiguous` was meant. */
export class ResolveAmbiguousCommand extends CommandMessage {
  /** Of the voice command. */
  @IsId()
  id!: number;
}

@CommandHandler(ResolveAmbiguousCommand)
export class ResolveAmbiguousCommandHandler extends DictationHandler<ResolveAmbiguousCommand> {
  protected act({ id }: ResolveAmbiguousCommand) {
    return this.dictation.resolve(id);
  }
}
