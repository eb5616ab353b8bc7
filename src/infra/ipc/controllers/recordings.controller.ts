import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { AddRecording } from '../../../commands/recordings/add-recording.ts';
import { DeleteRecording } from '../../../commands/recordings/delete-recording.ts';
import { UpdateRecording } from '../../../commands/recordings/update-recording.ts';
import { GetRecording } from '../../../queries/recordings/get-recording.ts';
import { ListRecordings } from '../../../queries/recordings/list-recordings.ts';
import type { MethodExtras } from '../openrpc/method-extras.ts';
import { IpcController } from '../transport/ipc-controller.ts';

@IpcController()
export class RecordingsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @MessagePattern('add_recording', {
    summary: 'Makes a WAV file known as a recording; what is absent is read from its header.',
  } satisfies MethodExtras)
  add(@Payload() command: AddRecording) {
    return this.commands.execute(command);
  }

  @MessagePattern('update_recording', {
    summary: 'Changes the given fields of a recording; null empties one that may be empty.',
  } satisfies MethodExtras)
  update(@Payload() command: UpdateRecording) {
    return this.commands.execute(command);
  }

  @MessagePattern('delete_recording', {
    summary:
      'Deletes a recording and, with delete_file, then its file where that lies in the recordings folder.',
  } satisfies MethodExtras)
  delete(@Payload() command: DeleteRecording) {
    return this.commands.execute(command);
  }

  @MessagePattern('list_recordings', {
    summary: 'Recordings, newest first, a page at a time.',
    answers: ['recordings', 'total_count', 'has_more', 'cursor'],
  } satisfies MethodExtras)
  list(@Payload() query: ListRecordings) {
    return this.queries.execute(query);
  }

  @MessagePattern('get_recording', {
    summary: 'One recording.',
    answers: ['recording'],
    errors: ['NOT_FOUND'],
  } satisfies MethodExtras)
  get(@Payload() query: GetRecording) {
    return this.queries.execute(query);
  }
}
