import { CommandHandler } from '@nestjs/cqrs';
import { UpdateOf, RowId } from '../command.ts';
import { IsId } from '../../fields/fields.ts';
import { ReducerHandler } from '../reducer-handler.ts';

export class DeleteWindowContext extends UpdateOf(RowId) {
  @IsId()
  id!: number;
}

@CommandHandler(DeleteWindowContext)
export class DeleteWindowContextHandler extends ReducerHandler<DeleteWindowContext> {
  protected readonly reducer = 'delete_window_context';

  protected args({ id }: DeleteWindowContext) {
    return { id };
  }
}
