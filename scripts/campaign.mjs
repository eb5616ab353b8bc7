/** The long campaigns in full; CI runs a tenth of each. Seeds are printed, and `HEYCAT_SEED`, `HEYCAT_DIFF_SEED` repeat one. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

const FAULTS = '200';
const env = {
  ...process.env,
  HEYCAT_DIFF_CALLS: '10000',
  HEYCAT_KILLS: '200',
  HEYCAT_CACHE_KILLS: '100',
  HEYCAT_MOVES: '30',
  HEYCAT_MOVE_KILLS: '40',
  HEYCAT_BACKUP_KILLS: '40',
  HEYCAT_FAULTS: FAULTS,
  HEYCAT_ENGINE_KILLS: '200',
  HEYCAT_TAKES: '20000',
  HEYCAT_TAKE_KILLS: '200',
  HEYCAT_SEEDS: '10000',
};
const suites = [
  'test/sidecar/embedded/differential',
  'test/sidecar/embedded/kitchen-sink',
  'test/sidecar/move',
  'test/sidecar/backup/crash',
  'test/sidecar/embedded/embedded-contract',
  'test/sidecar/connection/engine-connection.spec',
  'test/unit/database/embedded/host/crash',
  'test/unit/journal/command-journal',
  'test/unit/cache/crash',
  'test/unit/voice/audio/kills',
  'test/unit/dictation/rules/take/any-story',
  'test/fault',
];
const files = readdirSync('test', { recursive: true }).map((name) => `test/${name.replaceAll('\\', '/')}`);
const absent = suites.filter((suite) => !files.some((file) => file.startsWith(suite)));
// jest runs what it finds and says nothing of the rest.
if (absent.length > 0) throw new Error(`There is no ${absent.join(', no ')}.`);
const jest = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'];
const run = (args) => spawnSync(process.execPath, args, { env, stdio: 'inherit' }).status ?? 1;
const status = run([...jest, '--verbose', '--testTimeout', '3600000', '--testPathPatterns', ...suites]);

// What the server and its client lose under the same kills without us; nothing is expected of them.
const typescript = ['--no-warnings', '--import', './test/support/register-typescript.mjs'];
const seed = env.HEYCAT_SEED ?? String(Date.now() % 1_000_000);
if (run([...typescript, 'test/fault/bare-sdk.ts', FAULTS, seed]) !== 0) {
  process.stderr.write('bare SDK: no comparison, because it failed or there is no SpacetimeDB server\n');
}
process.exitCode = status;
