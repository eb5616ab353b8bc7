import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';

import { appliedWithoutWriting, CommandOf } from '../command.ts';
import { IsId } from '../../fields/fields.ts';
import { Takes, TakeStatus } from './takes.ts';

/** Selects which of the voice commands published as `command_ambiguous` was meant. */
export class ResolveAmbiguousCommand extends CommandOf(TakeStatus) {
  /** Id of the voice command. */
  @IsId()
  id!: number;
}

@CommandHandler(ResolveAmbiguousCommand)
export class ResolveAmbiguousCommandHandler implements ICommandHandler<ResolveAmbiguousCommand> {
  constructor(private readonly takes: Takes) {}

  async execute(command: ResolveAmbiguousCommand) {
    const { id } = command;
    return appliedWithoutWriting(command, await this.takes.resolve(id));
  }
}
