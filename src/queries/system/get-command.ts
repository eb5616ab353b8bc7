import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { IsUUID } from 'class-validator';
import { HeycatError } from '../../errors.ts';
import { ReadModels } from '../../projections/read-models.ts';
import { QueryMessage, reached, stamped } from '../query.ts';
import { RECEIPT_FINDER, type ReceiptFinder } from './receipt-finder.ts';

export interface CommandOutcome {
  status: 'applied';
  command_id: string;
  /** Seq of the command's last event, or of the log when it changed nothing. */
  seq: number;
  result: Record<string, unknown>;
  created_at: string;
}

/** What became of a command. */
export class GetCommand extends QueryMessage<CommandOutcome> {
  @IsUUID()
  command_id!: string;
}

@QueryHandler(GetCommand)
export class GetCommandHandler implements IQueryHandler<GetCommand> {
  constructor(
    private readonly models: ReadModels,
    @Inject(RECEIPT_FINDER) private readonly receipts: ReceiptFinder,
  ) {}

  async execute(query: GetCommand) {
    await reached(this.models, query);
    const receipt = await this.receipts.find(query.command_id);
    if (receipt === undefined) {
      throw new HeycatError('NOT_FOUND', 'No command with that id was applied', {
        command_id: query.command_id,
      });
    }
    const { command_id, last_seq: seq, result, created_at } = receipt;
    return stamped(this.models, () => ({ status: 'applied' as const, command_id, seq, result, created_at }));
  }
}
