import { Inject } from '@nestjs/common';
import { CommandHandler } from '@nestjs/cqrs';
import { IsOptional } from 'class-validator';
import { UpdatingCommand } from '../command.ts';
import { COMMAND_LEDGER, type Applied, type CommandLedger } from '../command-ledger.ts';
import { IsFlag, IsId } from '../fields.ts';
import { ReducerHandler } from '../reducer-handler.ts';
import { RECORDING_FILES, type FileRemoval, type RecordingFiles } from './recording-files.ts';

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
    @Inject(COMMAND_LEDGER) ledger: CommandLedger,
    @Inject(RECORDING_FILES) private readonly files: RecordingFiles,
  ) {
    super(ledger);
  }

  protected args({ id }: DeleteRecording) {
    return { id };
  }

  override async execute(command: DeleteRecording): Promise<Applied> {
    if (command.delete_file !== true) return super.execute(command);
    // Afterwards nobody knows the path any more.
    const path = this.files.pathOf(command.id);
    const applied = await super.execute(command);
    const removal = await this.#remove(path);
    return { ...applied, result: { ...applied.result, ...toResult(removal) } };
  }

  #remove(path: string | undefined): Promise<FileRemoval> | FileRemoval {
    if (path !== undefined) return this.files.remove(path);
    return { deleted: false, reason: 'The recording was already gone, and with it the path of its file.' };
  }
}

function toResult(removal: FileRemoval) {
  return removal.deleted
    ? { file_deleted: true }
    : { file_deleted: false, file_kept_because: removal.reason };
}
