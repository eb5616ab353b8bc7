// Backs a folder up, or restores it, and says when it begins and how it ended: `run-backup.ts DATA_DIR FILE backup
// [BYTES]` or `run-backup.ts DATA_DIR FILE restore ENGINE`. No file may become larger than BYTES once the engine runs,
// which fails a write as a full disk does.
import { execFileSync } from 'node:child_process';
import { backUpFolder } from '../../src/infra/backup/back-up-folder.ts';
import { restoreBackup } from '../../src/infra/backup/restore-backup.ts';
import type { LocalEngine } from '../../src/infra/database/current-engine.ts';

const [dataDir, file, work, more] = process.argv.slice(2) as [string, string, string, string?];
process.stdout.write('begun\n');
const onProgress = (): void => {
  if (more !== undefined) execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${more}`]);
};
const ending =
  work === 'backup'
    ? backUpFolder({ dataDir, file, onProgress })
    : restoreBackup({ dataDir, file, engine: more as LocalEngine });
const said = await ending.then(
  () => 'done',
  (error: { code?: string; message: string }) => `${error.code}: ${error.message}`,
);
process.stdout.write(`${said}\n`, () => process.exit(0));
