// Backs a folder up, or restores it: `run-backup.ts DATA_DIR FILE backup|restore [ENGINE]`.
import { backUpFolder } from '../../src/infra/backup/back-up-folder.ts';
import { restoreBackup } from '../../src/infra/backup/restore-backup.ts';
import type { LocalEngine } from '../../src/infra/engine/current-engine.ts';

const [dataDir, file, work, engine] = process.argv.slice(2) as [string, string, string, LocalEngine?];
process.stdout.write('begun\n');
if (work === 'backup') await backUpFolder({ dataDir, file });
else await restoreBackup({ dataDir, file, engine });
process.stdout.write('done\n', () => process.exit(0));
