import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { AddDictionaryEntry } from '../../../commands/dictionary/add-dictionary-entry.ts';
import { DeleteDictionaryEntry } from '../../../commands/dictionary/delete-dictionary-entry.ts';
import { UpdateDictionaryEntry } from '../../../commands/dictionary/update-dictionary-entry.ts';
import { ListDictionaryEntries } from '../../../queries/dictionary/list-dictionary-entries.ts';
import type { MethodExtras } from '../openrpc/method-extras.ts';
import { IpcController } from '../transport/ipc-controller.ts';

@IpcController()
export class DictionaryController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @MessagePattern('add_dictionary_entry', {
    summary: 'Adds a dictionary entry; no other may have its trigger.',
    errors: ['DUPLICATE'],
  } satisfies MethodExtras)
  add(@Payload() command: AddDictionaryEntry) {
    return this.commands.execute(command);
  }

  @MessagePattern('update_dictionary_entry', {
    summary: 'Changes the given fields of a dictionary entry; null empties its suffix.',
    errors: ['DUPLICATE'],
  } satisfies MethodExtras)
  update(@Payload() command: UpdateDictionaryEntry) {
    return this.commands.execute(command);
  }

  @MessagePattern('delete_dictionary_entry', {
    summary: 'Deletes a dictionary entry.',
  } satisfies MethodExtras)
  delete(@Payload() command: DeleteDictionaryEntry) {
    return this.commands.execute(command);
  }

  @MessagePattern('list_dictionary_entries', {
    summary: 'All dictionary entries.',
    answers: ['entries', 'total_count'],
  } satisfies MethodExtras)
  list(@Payload() query: ListDictionaryEntries) {
    return this.queries.execute(query);
  }
}
