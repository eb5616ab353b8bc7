import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { Payload } from '@nestjs/microservices';
import { AddDictionaryEntry } from '../../../commands/dictionary/add-dictionary-entry.ts';
import { DeleteDictionaryEntry } from '../../../commands/dictionary/delete-dictionary-entry.ts';
import { UpdateDictionaryEntry } from '../../../commands/dictionary/update-dictionary-entry.ts';
import { ListDictionaryEntries } from '../../../queries/dictionary/list-dictionary-entries.ts';
import { IpcController } from '../transport/ipc-controller.ts';
import { Method } from '../openrpc/method.ts';

@IpcController()
export class DictionaryController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Method('Adds a dictionary entry; no other may have its trigger.', { errors: ['DUPLICATE'] })
  add_dictionary_entry(@Payload() command: AddDictionaryEntry) {
    return this.commands.execute(command);
  }

  @Method('Changes the given fields of a dictionary entry; null empties its suffix.', {
    errors: ['DUPLICATE'],
  })
  update_dictionary_entry(@Payload() command: UpdateDictionaryEntry) {
    return this.commands.execute(command);
  }

  @Method('Deletes a dictionary entry.')
  delete_dictionary_entry(@Payload() command: DeleteDictionaryEntry) {
    return this.commands.execute(command);
  }

  @Method('All dictionary entries.')
  list_dictionary_entries(@Payload() query: ListDictionaryEntries) {
    return this.queries.execute(query);
  }
}
