import { join } from 'node:path';
import type { BackupMade } from '../../commands/backups/create-backup.ts';
import { HeycatError } from '../../errors.ts';
import { openEngine, suitableEngine } from '../database/choose-engine.ts';
import { usedEngines } from '../database/current-engine.ts';
import { settleEngines } from '../database/staging.ts';
import { InstanceLock } from '../process/files/instance-lock.ts';
import { assertPrivateFolder } from '../process/files/private-file.ts';
import { BackupsFolder } from './backups-folder.ts';
import { writeBackup, type WriteBackup } from './write-backup.ts';

export interface BackUpFolder extends Pick<WriteBackup, 'signal' | 'onProgress'> {
  dataDir: string;
  /** As {@link BackupMaker.make}. */
  file?: string | undefined;
  /** Makes an engine; the real ones when absent. */
  open?: typeof openEngine;
}

/**
 * Backs a data folder up that no service runs on.
 * @throws HeycatError BUSY while one does, NOT_FOUND when there is no data, and as {@link writeBackup}.
 */
export async function backUpFolder(backup: BackUpFolder): Promise<BackupMade> {
  const { dataDir, open = openEngine } = backup;
  await assertPrivateFolder(dataDir).catch((thrown: unknown) => {
    throw (thrown as NodeJS.ErrnoException).code === 'ENOENT' ? nothing(dataDir) : thrown;
  });
  const lock = await InstanceLock.take(dataDir);
  try {
    await settleEngines(dataDir);
    const kind = await suitableEngine(dataDir);
    if ((await usedEngines(dataDir)).length === 0) throw nothing(dataDir);
    const engine = await open(kind, { dataDir });
    try {
      const endpoint = await engine.start();
      const madeAt = new Date();
      const folder = new BackupsFolder(join(dataDir, 'backups'));
      const file = backup.file ?? (await folder.place(madeAt, 'asked for'));
      return await writeBackup(endpoint, { ...backup, file, madeAt });
    } finally {
      await engine.stop();
    }
  } finally {
    await lock.release();
  }
}

function nothing(dataDir: string): HeycatError {
  return new HeycatError('NOT_FOUND', `There is no data in ${dataDir} yet.`, { data_dir: dataDir });
}
