import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { IsAnyListOf, IsObject } from '../../fields/collections.ts';
import { IsInteger } from '../../fields/fields.ts';
import { ReadModels } from '../../projections/read-models.ts';
import { answer, QueryOf } from '../query.ts';
import { CommandHistory, QueuedCommand } from './command-history.ts';

export class QueueList {
  /** In order of position. */
  @IsAnyListOf(IsObject(QueuedCommand))
  commands!: QueuedCommand[];

  @IsInteger(0)
  total_count!: number;
}

/** The commands that wait for the engine, and the dead letters. */
export class ListQueue extends QueryOf(QueueList) {}

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
