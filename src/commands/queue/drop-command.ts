import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { CommandQueue } from './command-queue.ts';
import { IsInteger, IsOptional, IsUuid } from '../../fields/fields.ts';
import { LIMITS } from '../../fields/limits.ts';

export interface Dropped {
  status: 'dropped';
  command_id: string;
}

/** Forgets a command that was given up. */
export class DropCommand extends Command<Dropped> {
  /** Of the command that was given up. */
  @IsUuid()
  command_id!: string;

  /** When the caller stops waiting for an answer, in ms; the transport keeps it. */
  @IsOptional()
  @IsInteger(0, LIMITS.timeout_ms_max)
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
