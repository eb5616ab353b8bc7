import { CommandHandler } from '@nestjs/cqrs';
import { UpdateOf, RowId } from '../command.ts';
import { IsId } from '../../fields/fields.ts';
import { ReducerHandler } from '../reducer-handler.ts';

export class DeleteDictionaryEntry extends UpdateOf(RowId) {
  @IsId()
  id!: number;
}

@CommandHandler(DeleteDictionaryEntry)
export class DeleteDictionaryEntryHandler extends ReducerHandler<DeleteDictionaryEntry> {
  protected readonly reducer = 'delete_dictionary_entry';

  protected args({ id }: DeleteDictionaryEntry) {
    return { id };
  }
}
