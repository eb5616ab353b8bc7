import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { IsOptional, IsTimeout } from '../../fields/fields.ts';
import { IsFilePath, normalised } from '../recordings/file-path.ts';
import { BackupMade, BackupMaker } from './backup-maker.ts';

/** Writes the whole history into a file, from which `heycat restore` brings it back. Sound files are not in it. */
export class CreateBackup extends Command<BackupMade> {
  static readonly answers = [BackupMade];

  /** A file that does not exist yet; one in the data folder, named by the time, when absent. */
  @IsOptional()
  @IsFilePath()
  file?: string;

  /** When the caller stops waiting for an answer, in ms; the backup is given up then. */
  @IsOptional()
  @IsTimeout()
  timeout_ms?: number;

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
