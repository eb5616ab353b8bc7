import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { TimedCommandOf } from '../command.ts';
import { CommandLedger } from '../command-ledger.ts';
import { IsOneOf, IsUuid } from '../../fields/fields.ts';

export class Dropped {
  @IsOneOf(['dropped'])
  status!: 'dropped';

  @IsUuid()
  command_id!: string;
}

/** Forgets a dead letter. */
export class DropCommand extends TimedCommandOf(Dropped) {
  /** The id of the dead letter. */
  @IsUuid()
  command_id!: string;
}

@CommandHandler(DropCommand)
export class DropCommandHandler implements ICommandHandler<DropCommand> {
  constructor(private readonly ledger: CommandLedger) {}

  async execute({ command_id }: DropCommand): Promise<Dropped> {
    await this.ledger.drop(command_id);
    return { status: 'dropped', command_id };
  }
}
