/**
 * How many of our own files run for one write over the socket and for one take, in the service's process: the coverage of
 * five repetitions, of which only the files that ran in each count, so that what a timer runs now and then does not.
 * `--list` names them.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const DIST = new URL('../../dist/', import.meta.url).href;
const SOUND = fileURLToPath(new URL('../../assets/demo.wav', import.meta.url));
const REPETITIONS = 5;

const { createHeycat } = await import(`${DIST}index.js`);
const folder = await mkdtemp(join(tmpdir(), 'heycat-files-'));
const runtimeDir = join(folder, 'run');
const heycat = await createHeycat({ dataDir: join(folder, 'data'), runtimeDir, engine: 'embedded' });
const coverage = new Session();
try {
  coverage.connect();
  await coverage.post('Profiler.enable');
  await coverage.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  while (!(await heycat.call('get_status')).synced) await sleep(50);
  await report('one write (save_setting)', (n) => command('save_setting', { key: `key ${n}`, value: n }));
  const { models } = await heycat.call('list_models');
  if (models.some(({ used }) => used)) await report('one take', take);
  else console.log('one take: no speech model is installed');
} finally {
  await heycat.close();
  await rm(folder, { recursive: true, force: true });
}

async function report(name, run) {
  await run(0);
  let files;
  for (let n = 1; n <= REPETITIONS; n += 1) {
    await sleep(1_100);
    await ran();
    await run(n);
    const now = await ran();
    files = new Set([...(files ?? now)].filter((file) => now.has(file)));
  }
  console.log(`${name}: ${files.size} files`);
  if (process.argv.includes('--list')) console.log([...files].sort().join('\n'));
}

/** Files of which a function ran since the last time. */
async function ran() {
  const { result } = await coverage.post('Profiler.takePreciseCoverage');
  const isRun = ({ functionName, ranges }) =>
    (functionName !== '' || ranges[0].startOffset > 0) && ranges[0].count > 0;
  const files = result.filter(({ url, functions }) => url.startsWith(DIST) && functions.some(isRun));
  return new Set(files.map(({ url }) => url.slice(DIST.length)));
}

/** As a client in a process of its own. */
async function command(method, params) {
  const main = fileURLToPath(`${DIST}cli/main.js`);
  const args = [main, 'call', method, JSON.stringify(params), '--runtime-dir', runtimeDir];
  const code = await new Promise((resolve) =>
    spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] }).on('exit', resolve),
  );
  if (code !== 0) throw new Error(`${method} failed`);
}

async function take() {
  await command('start_recording', { device: `file:${SOUND}?fast` });
  for (let state; state?.state !== 'idle' || state.waiting > 0; await sleep(100))
    state = await heycat.call('get_recording_state');
}
