// Moves a folder's data, says when it begins and how it ended: `run-move.ts DATA_DIR TO [BYTES]`. From the
// moment at which the target starts no file may become larger than BYTES, which fails a write as a full disk does.
import { execFileSync } from 'node:child_process';
import { openEngine } from '../../src/infra/database/choose-engine.ts';
import type { LocalEngine } from '../../src/infra/database/current-engine.ts';
import { moveEngine } from '../../src/infra/database/move/move-engine.ts';

const [dataDir, to, limit] = process.argv.slice(2) as [string, LocalEngine, string?];
const open: typeof openEngine = async (kind, place) => {
  const engine = await openEngine(kind, place);
  if (limit === undefined || kind !== to) return engine;
  const start = engine.start.bind(engine);
  engine.start = () => {
    execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${limit}`]);
    return start();
  };
  return engine;
};
process.stdout.write('begun\n');
const outcome = await moveEngine({ dataDir, to, open }).then(
  () => 'moved',
  (error: { code?: string }) => String(error.code),
);
process.stdout.write(`${outcome}\n`, () => process.exit(0));
