import { join, resolve } from 'node:path';
import { BackupsFolder, type ListedBackup } from '../infra/backup/backups-folder.ts';
import { dataFolder } from '../infra/process/paths.ts';
import type { GlobalOptions } from './connect.ts';
import { answer, answerJson, bytesText, endWithReader, printable } from './terminal.ts';

/** `heycat backup list`: the backups in the data folder, whether or not a service is running. */
export async function listBackups({ json, dataDir = dataFolder() }: GlobalOptions): Promise<void> {
  endWithReader();
  const folder = join(resolve(dataDir), 'backups');
  const backups = await new BackupsFolder(folder).list();
  if (json) return answerJson({ backups });
  if (backups.length === 0) return answer(`There are no backups in ${printable(folder)} yet.`);
  for (const backup of backups) answer(line(backup));
}

function line({ file, made_at, daily, early, bytes }: ListedBackup): string {
  const own = daily ? 'daily' : early ? 'early' : '     ';
  return `${made_at}  ${own}  ${bytesText(bytes).padStart(9)}  ${printable(file)}`;
}
