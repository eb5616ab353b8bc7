import { CommandHandler } from '@nestjs/cqrs';
import { RowId, UpdateOf } from '../command.ts';
import { EventLog } from '../../events/event-log.ts';
import { CommandLedger, type Submitted } from '../command-ledger.ts';
import { IsFlag, IsId, IsOptional, IsText, MayBeAbsent } from '../../fields/fields.ts';
import { ReducerHandler } from '../reducer-handler.ts';

/** What became of a file that was to be deleted; `reason` is a sentence. */
export type FileRemoval = { deleted: true } | { deleted: false; reason: string };

/** The sound files of the recordings. */
export abstract class RecordingFiles {
  /**
   * Deletes a file that lies inside the recordings folder and that no recording names any more.
   * Never throws: what is not deleted is reported with its reason. A file that is gone already counts as deleted.
   */
  abstract remove(path: string): Promise<FileRemoval>;
}

class RecordingDeletion extends RowId {
  /** Present when delete_file was asked for and the command was not queued. */
  @MayBeAbsent()
  @IsFlag()
  file_deleted?: boolean;

  /** Why it was not, as a sentence. */
  @MayBeAbsent()
  @IsText()
  file_kept_because?: string;
}

export class DeleteRecording extends UpdateOf(RecordingDeletion) {
  @IsId()
  id!: number;

  /** Also delete the sound file, once the recording is gone. */
  @IsOptional()
  @IsFlag()
  delete_file?: boolean;
}

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
