import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ReadModels } from '../../projections/read-models.ts';
import { answer, QueryMessage } from '../query.ts';
import { CommandHistory, type QueuedCommand } from './command-history.ts';

export interface QueueList {
  /** In order of position. */
  commands: QueuedCommand[];
  total_count: number;
}

/** The commands that wait for the engine, and those that were given up. */
export class ListQueue extends QueryMessage<QueueList> {}

@QueryHandler(ListQueue)
export class ListQueueHandler implements IQueryHandler<ListQueue> {
  constructor(
    private readonly models: ReadModels,
    private readonly history: CommandHistory,
  ) {}

  async execute(query: ListQueue) {
    return answer(this.models, query, () => {
      const commands = this.history.queue();
      return { commands, total_count: commands.length };
    });
  }
}
