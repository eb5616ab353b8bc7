import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { HeycatError } from '../errors.ts';
import { chooseEngine } from '../infra/database/choose-engine.ts';
import { modulePath } from '../infra/database/module-file.ts';
import { spacetimedbStatus } from '../infra/database/sidecar/server-binary.ts';
import { ModelStore } from '../infra/voice/models/model-store.ts';
import type { Check } from './doctor.ts';
import { describeServer } from './spacetimedb.ts';

const NODE_NEEDED: readonly [major: number, minor: number] = [20, 19];
const WASM_MAGIC = Buffer.from('\u0000asm');
const CARGO_MS = 10_000;
const GIB = 1024 ** 3;
/** Below this a day's recordings may not fit. */
const DISK_NEEDED_GIB = 0.5;

export function checkNode(version = process.versions.node): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isEnough = major > NODE_NEEDED[0] || (major === NODE_NEEDED[0] && minor >= NODE_NEEDED[1]);
  if (isEnough) return { name: 'Node', state: 'ok', text: version };
  const advice = `Install Node ${NODE_NEEDED.join('.')} or newer (https://nodejs.org).`;
  return { name: 'Node', state: 'fault', text: version, advice };
}

export async function checkServer(dataDir: string): Promise<Check> {
  const name = 'server';
  try {
    const status = await spacetimedbStatus(dataDir);
    if (status.found) return { name, state: 'ok', text: describeServer(status) };
  } catch (thrown) {
    return { name, state: 'fault', text: HeycatError.from(thrown).message };
  }
  const text = 'no SpacetimeDB server in HEYCAT_SPACETIMEDB_BIN, on PATH or in the data folder';
  const engine = await chooseEngine('auto', dataDir);
  if (engine.status.kind === 'embedded')
    return { name, state: 'absent', text: `${text}; the embedded engine needs none` };
  return { name, state: 'fault', text: `${text}, but the data needs one`, advice: await waysToServer() };
}

/** The advice depends on whether cargo is installed. */
async function waysToServer(): Promise<string> {
  const cargo = await promisify(execFile)('cargo', ['--version'], { timeout: CARGO_MS }).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
  const download = 'download a SpacetimeDB release (2.x) and set HEYCAT_SPACETIMEDB_BIN';
  if (cargo === undefined) {
    return `There is no cargo either: install Rust (https://rustup.rs) and run \`heycat spacetimedb install\`, or ${download}.`;
  }
  return `Run \`heycat spacetimedb install\` (${cargo}, about a quarter of an hour), or ${download}.`;
}

export async function checkModule(path = modulePath()): Promise<Check> {
  const name = 'module';
  const advice = 'Install the package again, or run `npm run build:module` in a clone.';
  const wasm = await readFile(path).catch(() => undefined);
  if (wasm === undefined) return { name, state: 'fault', text: `${path} is missing`, advice };
  if (!wasm.subarray(0, WASM_MAGIC.length).equals(WASM_MAGIC))
    return { name, state: 'fault', text: `${path} is damaged`, advice };
  const digest = createHash('sha256').update(wasm).digest('hex');
  return {
    name,
    state: 'ok',
    text: `heycat_data.wasm, ${wasm.length} bytes, sha256 ${digest.slice(0, 16)}…`,
  };
}

/** Without a model, or without the library that runs it, takes are kept untranscribed and everything else works. */
export async function checkModels(dataDir: string): Promise<Check> {
  const name = 'speech models';
  try {
    import.meta.resolve('sherpa-onnx-node');
  } catch {
    const advice = 'Run `npm install sherpa-onnx-node` where heycat-backend is installed.';
    return { name, state: 'absent', text: 'the library sherpa-onnx-node is not installed', advice };
  }
  try {
    const { name: model, folder } = await new ModelStore({ dataDir }).choose(null);
    return { name, state: 'ok', text: `${model}, in ${folder}` };
  } catch (thrown) {
    const { code, message } = HeycatError.from(thrown);
    return { name, state: code === 'MODEL_MISSING' ? 'absent' : 'fault', text: message };
  }
}

export async function checkDisk(dataDir: string): Promise<Check> {
  const name = 'disk';
  const { bavail, bsize } = await nearest(dataDir);
  const gib = (bavail * bsize) / GIB;
  const text = `${gib.toFixed(1)} GiB free`;
  if (gib >= DISK_NEEDED_GIB) return { name, state: 'ok', text };
  return {
    name,
    state: 'fault',
    text,
    advice: 'Free some disk space, or move the data with HEYCAT_DATA_DIR.',
  };
}

/** The file system that a folder is on, or would be. */
async function nearest(path: string): Promise<{ bavail: number; bsize: number }> {
  return statfs(path).catch((error: unknown) => {
    if (dirname(path) === path) throw error;
    return nearest(dirname(path));
  });
}
