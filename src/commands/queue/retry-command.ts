import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { TimedCommandOf } from '../command.ts';
import { Applied, CommandLedger, Queued, type Submitted } from '../command-ledger.ts';
import { IsInteger, IsOptional, IsUuid } from '../../fields/fields.ts';
import { LIMITS } from '../../fields/limits.ts';

/** Sends a dead letter again. */
export class RetryCommand extends TimedCommandOf(Applied, Queued) {
  /** The id of the dead letter. */
  @IsUuid()
  command_id!: string;

  /** How long to wait for its end, in ms. */
  @IsOptional()
  @IsInteger(0, LIMITS.wait_ms_max)
  wait_ms?: number;
}

@CommandHandler(RetryCommand)
export class RetryCommandHandler implements ICommandHandler<RetryCommand> {
  constructor(private readonly ledger: CommandLedger) {}

  execute({ command_id, wait_ms }: RetryCommand): Promise<Submitted> {
    return this.ledger.retry(command_id, wait_ms ?? undefined);
  }
}
