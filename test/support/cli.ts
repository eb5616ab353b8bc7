import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { TestedEngine } from './engines.ts';
import { tempFolder } from './temp-folder.ts';

/** The built command. */
export const COMMAND = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const WAIT_MS = 45_000;

type Environment = Record<string, string | undefined>;

export interface CliResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A run of `heycat` that can be watched while it goes. */
export class CliRun {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly ended: Promise<CliResult>;
  stdout = '';
  stderr = '';

  constructor(args: readonly string[], env: Environment) {
    if (!existsSync(COMMAND)) throw new Error(`${COMMAND} is missing; run \`npm run build\` first.`);
    this.child = spawn(process.execPath, [COMMAND, ...args], { env, stdio: ['pipe', 'pipe', 'pipe'] });
    this.child.stdin.on('error', () => undefined);
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.ended = new Promise((resolve) => {
      this.child.once('close', (code) => resolve({ code, stdout: this.stdout, stderr: this.stderr }));
    });
  }

  get pid(): number {
    return this.child.pid!;
  }

  async until(stream: 'stdout' | 'stderr', text: string | RegExp): Promise<void> {
    await until(
      () => (typeof text === 'string' ? this[stream].includes(text) : text.test(this[stream])),
      () => `«${text}» on ${stream}; there was:\n${this.stdout}\n${this.stderr}`,
    );
  }
}

/** `heycat` with folders of its own; what it started is ended with the block. */
export interface CliPlace extends AsyncDisposable {
  root: string;
  engine: TestedEngine;
  dataDir: string;
  runtimeDir: string;
  env: Environment;
  run(...args: string[]): Promise<CliResult>;
  spawn(args: readonly string[], env?: Environment): CliRun;
  /** Starts the service on the engine of the place and waits until it is ready. */
  start(...args: string[]): Promise<CliRun>;
  /** Pid of the database server that this place's service has started, while there is one. */
  serverPid(): Promise<number | undefined>;
}

export async function cliPlace(engine: TestedEngine = 'embedded'): Promise<CliPlace> {
  const folder = await tempFolder();
  const [dataDir, runtimeDir] = [join(folder.path, 'data'), join(folder.path, 'run')];
  const env = { ...process.env, HEYCAT_DATA_DIR: dataDir, HEYCAT_RUNTIME_DIR: runtimeDir };
  const runs: CliRun[] = [];
  const place: CliPlace = {
    root: folder.path,
    engine,
    dataDir,
    runtimeDir,
    env,
    spawn: (args, more = {}) => {
      const run = new CliRun(args, { ...env, ...more });
      runs.push(run);
      return run;
    },
    run: (...args) => {
      const run = place.spawn(args);
      run.child.stdin.end();
      return run.ended;
    },
    start: async (...args) => {
      const run = place.spawn(['start', '--engine', engine, ...args]);
      await run.until('stderr', 'engine ready');
      return run;
    },
    serverPid: async () => {
      const record = await readFile(join(dataDir, 'engine', 'sidecar.json'), 'utf8').catch(() => undefined);
      return record === undefined ? undefined : (JSON.parse(record) as { pid: number }).pid;
    },
    [Symbol.asyncDispose]: async () => {
      for (const run of runs) if (run.child.exitCode === null) run.child.kill('SIGKILL');
      await Promise.all(runs.map(({ ended }) => ended));
      const orphan = await place.serverPid();
      if (orphan !== undefined && isAlive(orphan)) process.kill(orphan, 'SIGKILL');
      await folder[Symbol.asyncDispose]();
    },
  };
  return place;
}

/** Where a command finds no server but one that lies in the folder. */
export function nowhere(root: string) {
  return { HEYCAT_SPACETIMEDB_BIN: '', PATH: root, HOME: root, XDG_DATA_HOME: root };
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Waits for a condition; a failure says what it waited for. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: () => string = () => 'the condition',
): Promise<void> {
  for (const deadline = Date.now() + WAIT_MS; !(await condition()); await sleep(20)) {
    if (Date.now() > deadline) throw new Error(`Waited in vain for ${what()}`);
  }
}
