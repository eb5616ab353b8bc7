import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { CommandQueue } from './command-queue.ts';
import { IsOneOf, IsOptional, IsTimeout, IsUuid } from '../../fields/fields.ts';

export class Dropped {
  @IsOneOf(['dropped'])
  status!: 'dropped';

  @IsUuid()
  command_id!: string;
}

/** Forgets a command that was given up. */
export class DropCommand extends Command<Dropped> {
  static readonly answers = [Dropped];

  /** Of the command that was given up. */
  @IsUuid()
  command_id!: string;

  /** When the caller stops waiting for an answer, in ms; the transport keeps it. */
  @IsOptional()
  @IsTimeout()
  timeout_ms?: number;
}

@CommandHandler(DropCommand)
export class DropCommandHandler implements ICommandHandler<DropCommand> {
  constructor(private readonly queue: CommandQueue) {}

  async execute({ command_id }: DropCommand): Promise<Dropped> {
    await this.queue.drop(command_id);
    return { status: 'dropped', command_id };
  }
}
