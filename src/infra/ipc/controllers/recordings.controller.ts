import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { Payload } from '@nestjs/microservices';
import { AddRecording } from '../../../commands/recordings/add-recording.ts';
import { DeleteRecording } from '../../../commands/recordings/delete-recording.ts';
import { UpdateRecording } from '../../../commands/recordings/update-recording.ts';
import { GetRecording } from '../../../queries/recordings/get-recording.ts';
import { ListRecordings } from '../../../queries/recordings/list-recordings.ts';
import { IpcController } from '../transport/ipc-controller.ts';
import { Method } from '../openrpc/method.ts';

@IpcController()
export class RecordingsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Method('Makes a WAV file known as a recording; what is absent is read from its header.')
  add_recording(@Payload() command: AddRecording) {
    return this.commands.execute(command);
  }

  @Method('Changes the given fields of a recording; null empties one that may be empty.')
  update_recording(@Payload() command: UpdateRecording) {
    return this.commands.execute(command);
  }

  @Method(
    'Deletes a recording and, with delete_file, then its file where that lies in the recordings folder.',
  )
  delete_recording(@Payload() command: DeleteRecording) {
    return this.commands.execute(command);
  }

  @Method('Recordings, newest first, a page at a time.')
  list_recordings(@Payload() query: ListRecordings) {
    return this.queries.execute(query);
  }

  @Method('One recording.', { errors: ['NOT_FOUND'] })
  get_recording(@Payload() query: GetRecording) {
    return this.queries.execute(query);
  }
}
