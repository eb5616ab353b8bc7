import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { HeycatError } from '../../errors.ts';
import { IsUuid } from '../../fields/fields.ts';
import { ReadModels } from '../../projections/read-models.ts';
import { QueryOf, reached, stamped } from '../query.ts';
import { AppliedCommand, CommandHistory, FailedCommand, WaitingCommand } from './command-history.ts';

/** What became of a command. */
export class GetCommand extends QueryOf(AppliedCommand, WaitingCommand, FailedCommand) {
  @IsUuid()
  command_id!: string;
}

@QueryHandler(GetCommand)
export class GetCommandHandler implements IQueryHandler<GetCommand> {
  constructor(
    private readonly models: ReadModels,
    private readonly history: CommandHistory,
  ) {}

  async execute(query: GetCommand) {
    await reached(this.models, query);
    const outcome = await this.history.outcome(query.command_id);
    if (outcome === undefined) {
      throw new HeycatError('NOT_FOUND', 'No command with that id was applied or waits', {
        command_id: query.command_id,
      });
    }
    return stamped(this.models, () => outcome);
  }
}
