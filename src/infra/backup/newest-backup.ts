import { join } from 'node:path';
import { HeycatError } from '../../errors.ts';
import { BackupFile } from './backup-file.ts';
import { BackupsFolder } from './backups-folder.ts';

export interface ChosenBackup {
  backup: BackupFile;
  file: string;
  /** Newer ones, which are damaged. */
  skipped: string[];
}

/**
 * Opens the newest intact backup of a data folder.
 * @throws HeycatError NOT_FOUND when there is none, UNSUPPORTED_SCHEMA when a newer version has made a newer one.
 */
export async function openNewest(dataDir: string): Promise<ChosenBackup> {
  const folder = join(dataDir, 'backups');
  const skipped: string[] = [];
  for (const { file } of await new BackupsFolder(folder).list()) {
    try {
      return { backup: await BackupFile.open(file), file, skipped };
    } catch (thrown) {
      if (!(thrown instanceof HeycatError) || thrown.code !== 'INVALID_ARGUMENT') throw thrown;
      skipped.push(file);
    }
  }
  const sentence = `There is no intact backup in ${folder}; name a file that lies elsewhere with \`heycat restore FILE\`.`;
  throw new HeycatError('NOT_FOUND', sentence, { path: folder, skipped });
}
