/** The long campaigns in full; CI runs a tenth of each. Seeds are printed, and `HEYCAT_SEED`, `HEYCAT_DIFF_SEED` repeat one. */
import { spawnSync } from 'node:child_process';

const env = {
  ...process.env,
  HEYCAT_DIFF_CALLS: '10000',
  HEYCAT_KILLS: '200',
  HEYCAT_CACHE_KILLS: '100',
  HEYCAT_MOVES: '30',
  HEYCAT_MOVE_KILLS: '40',
};
const suites = [
  'test/sidecar/embedded/differential',
  'test/sidecar/embedded/kitchen-sink',
  'test/sidecar/move',
  'test/unit/embedded/host/crash',
  'test/unit/cache/crash',
];
const jest = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'];
const args = [...jest, '--verbose', '--testTimeout', '3600000', '--testPathPatterns', ...suites];
const { status } = spawnSync(process.execPath, args, { env, stdio: 'inherit' });
process.exitCode = status ?? 1;
