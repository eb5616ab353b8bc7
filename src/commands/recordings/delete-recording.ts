import { CommandHandler } from '@nestjs/cqrs';
import { UpdatingCommand } from '../command.ts';
import { EventLog } from '../../events/event-log.ts';
import { CommandLedger, type Submitted } from '../command-ledger.ts';
import { IsFlag, IsId, IsOptional } from '../../fields/fields.ts';
import { ReducerHandler } from '../reducer-handler.ts';
import { type FileRemoval, RecordingFiles } from './recording-files.ts';

export class DeleteRecording extends UpdatingCommand {
  @IsId()
  id!: number;

  /** Also delete the sound file, once the recording is gone. */
  @IsOptional()
  @IsFlag()
  delete_file?: boolean;
}

/** With delete_file the result also says `file_deleted`, and `file_kept_because` when it is false. */
@CommandHandler(DeleteRecording)
export class DeleteRecordingHandler extends ReducerHandler<DeleteRecording> {
  protected readonly reducer = 'delete_recording';

  constructor(
    private readonly commands: CommandLedger,
    private readonly files: RecordingFiles,
    private readonly log: EventLog,
  ) {
    super(commands);
  }

  protected args({ id }: DeleteRecording) {
    return { id };
  }

  override async execute(command: DeleteRecording): Promise<Submitted> {
    const submitted = await super.execute(command);
    if (command.delete_file !== true) return submitted;
    if (submitted.status === 'queued') {
      // After a restart of the service the file stays until the command is sent again.
      this.commands.settled(submitted.command_id).then(
        ({ seq }) => this.#remove(seq),
        () => undefined,
      );
      return submitted;
    }
    const removal = await this.#remove(submitted.seq);
    return { ...submitted, result: { ...submitted.result, ...toResult(removal) } };
  }

  /** The path stands in the event, so that a command sent again after a crash still finds the file. */
  async #remove(seq: number): Promise<FileRemoval> {
    const [event] = await this.log.read(seq, 1).catch(() => []);
    const path = event?.type === 'recording_deleted' ? event.payload['file_path'] : undefined;
    if (typeof path === 'string') return this.files.remove(path);
    return { deleted: false, reason: 'The engine cannot be asked for its path now; send the command again.' };
  }
}

function toResult(removal: FileRemoval) {
  return removal.deleted
    ? { file_deleted: true }
    : { file_deleted: false, file_kept_because: removal.reason };
}
