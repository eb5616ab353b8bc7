import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { TimedCommandOf } from '../command.ts';
import { IsInteger, IsOptional, IsText, IsTime } from '../../fields/fields.ts';
import { IsFilePath, normalised } from '../recordings/file-path.ts';

/** A backup that was written. */
export class BackupMade {
  /** Absolute path. */
  @IsText()
  file!: string;

  /** Its size. */
  @IsInteger(0)
  bytes!: number;

  @IsTime()
  made_at!: string;

  /** The epoch of the history that it contains. */
  @IsText()
  epoch!: string;

  /** Events, which is also the seq of the last one. */
  @IsInteger(0)
  events!: number;

  @IsInteger(0)
  receipts!: number;
}

/** Writes the history into a file while commands go on. */
export abstract class BackupMaker {
  /**
   * @param file absolute path of a file that does not exist yet; one in the data folder, named by the time, when absent.
   * @param signal cancels it.
   * @throws HeycatError DUPLICATE or INVALID_ARGUMENT for the file, ENGINE_UNAVAILABLE, INTERNAL when the disk refuses.
   */
  abstract make(file?: string, signal?: AbortSignal): Promise<BackupMade>;
}

/** Writes the entire history into a file, from which `heycat restore` brings it back. Sound files are not in it. */
export class CreateBackup extends TimedCommandOf(BackupMade) {
  /** A file that does not exist yet; one in the data folder, named by the time, when absent. */
  @IsOptional()
  @IsFilePath()
  file?: string;

  /** Set by the transport: aborts when nobody waits for the answer any more. */
  signal?: AbortSignal;
}

@CommandHandler(CreateBackup)
export class CreateBackupHandler implements ICommandHandler<CreateBackup> {
  constructor(private readonly backups: BackupMaker) {}

  execute({ file, signal }: CreateBackup): Promise<BackupMade> {
    return this.backups.make(file == null ? undefined : normalised(file), signal);
  }
}
