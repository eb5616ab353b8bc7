import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Applied, Queued, type Submitted } from '../command-ledger.ts';
import { CommandQueue } from './command-queue.ts';
import { IsInteger, IsOptional, IsTimeout, IsUuid } from '../../fields/fields.ts';
import { LIMITS } from '../../fields/limits.ts';

/** Sends a command again that was given up. */
export class RetryCommand extends Command<Submitted> {
  static readonly answers = [Applied, Queued];

  /** Of the command that was given up. */
  @IsUuid()
  command_id!: string;

  /** How long to wait for its end, in ms. */
  @IsOptional()
  @IsInteger(0, LIMITS.wait_ms_max)
  wait_ms?: number;

  /** When the caller stops waiting for an answer, in ms; the transport keeps it. */
  @IsOptional()
  @IsTimeout()
  timeout_ms?: number;
}

@CommandHandler(RetryCommand)
export class RetryCommandHandler implements ICommandHandler<RetryCommand> {
  constructor(private readonly queue: CommandQueue) {}

  execute({ command_id, wait_ms }: RetryCommand): Promise<Submitted> {
    return this.queue.retry(command_id, wait_ms ?? undefined);
  }
}
