/** A service in temporary folders, its server where it has one, and the processes that load them; all end with it. */
import { execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { importPKCS8, SignJWT } from 'jose';
import { EngineIdentity } from '../../dist/infra/database/identity/engine-identity.js';
import { DATABASE } from '../../dist/infra/database/module-file.js';
import { ServerApi } from '../../dist/infra/database/sidecar/server-api.js';
import { HeycatClient } from '../../dist/infra/ipc/client/client.js';
import { syncedAppends } from './disk.mjs';

const START_MS = 60_000;
const STOP_MS = 5_000;
const WAV = fileURLToPath(new URL('../../test/fixtures/audio/open-the-calculator.wav', import.meta.url));

const HEYCAT = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export class Place {
  #folder = mkdtempSync(join(tmpdir(), 'heycat-bench-'));
  #children = new Set();
  #engine;
  #env;
  #execArgv;
  #service;
  #ended;

  /** @param options `engine` is its kind, `server` the server's binary, `execArgv` goes to the service's Node. */
  constructor({ engine, server, execArgv }) {
    this.#engine = engine;
    this.#execArgv = execArgv;
    this.#env = {
      ...process.env,
      HEYCAT_SPACETIMEDB_BIN: server,
      HEYCAT_DATA_DIR: this.#path('data'),
      HEYCAT_RUNTIME_DIR: this.#path('run'),
    };
  }

  /** Starts the service. @returns ms from the spawn to `sync_complete`. */
  async start() {
    const before = performance.now();
    const options = ['--engine', this.#engine, '--log-level', 'error', '--exit-with-parent'];
    this.#service = this.#own(() =>
      spawn(process.execPath, [...this.#execArgv, HEYCAT, 'start', ...options], {
        env: this.#env,
        stdio: ['pipe', 'ignore', 'inherit'],
      }),
    );
    const client = await this.#connect(before + START_MS);
    try {
      const synced = new Promise((resolve) => {
        const isSynced = ({ first }) => first.epoch !== '' && resolve();
        void client.subscribe({ types: ['sync_complete'] }, () => resolve()).then(isSynced);
      });
      await withDeadline(synced, START_MS, 'The service did not become ready.');
    } finally {
      await client.close();
    }
    return performance.now() - before;
  }

  async stopService() {
    await end(this.#service);
  }

  /** A process that runs operations: `run({operation, count, inFlight?})`. Only beside a sidecar. */
  async bareClient() {
    const { port } = this.#serverRecord();
    const target = { uri: `ws://127.0.0.1:${port}`, database: DATABASE, token: await this.#secondUser(port) };
    return this.#generator('bare-client.mjs', { BENCH_TARGET: JSON.stringify(target) });
  }

  /** A process like the bare one, by way of the service. */
  async heycatClient() {
    const file_path = this.#path('data/recordings/take.wav');
    copyFileSync(WAV, file_path);
    const recording = { file_path, transcription: 'open the calculator' };
    return this.#generator('heycat-client.mjs', { BENCH_RECORDING: JSON.stringify(recording) });
  }

  /** A process like the bare one that has the service and an engine of `host.mjs` in itself. */
  async host(engine, execArgv) {
    const env = { BENCH_DATA: this.#path(engine), BENCH_ENGINE: engine };
    return this.#generator('host.mjs', env, execArgv);
  }

  /** Runs `work` with a function that adds a recording with a text, and resolves once it is there. */
  async addRecordings(work) {
    const file_path = this.#path('data/recordings/take.wav');
    copyFileSync(WAV, file_path);
    await this.withClient((client) =>
      work((transcription) => client.command('add_recording', { file_path, transcription })),
    );
  }

  /** Runs `work` with a client of the service. */
  async withClient(work) {
    const client = await HeycatClient.connect({ runtimeDir: this.#path('run') });
    try {
      await work(client);
    } finally {
      await client.close();
    }
  }

  /** As a crash would; only beside a sidecar. */
  killServer() {
    process.kill(this.#serverRecord().pid, 'SIGKILL');
  }

  /** Milliseconds of synced appends on the disk that the service writes to. */
  syncedAppends(count) {
    return syncedAppends(this.#path('synced-appends'), count);
  }

  /** Resident memory in MB, null where the system has no `ps`. */
  serviceMemory() {
    return residentMb(this.#service.pid);
  }

  /** The same of the sidecar's server. */
  serverMemory() {
    return residentMb(this.#serverRecord().pid);
  }

  /** Ends every process, the server by way of its service, and removes the folders. */
  close() {
    return (this.#ended ??= this.#close());
  }

  async #close() {
    await Promise.all([...this.#children].map(end));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #path(name) {
    return join(this.#folder, name);
  }

  /** Keeps a new process among those that end with this place. */
  #own(start) {
    if (this.#ended) throw new Error('The benchmark was stopped.');
    const child = start();
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    return child;
  }

  async #generator(name, env, execArgv = []) {
    const stdio = ['ignore', 'ignore', 'inherit', 'ipc'];
    const options = { env: { ...this.#env, ...env }, execArgv, stdio };
    const child = this.#own(() => fork(new URL(name, import.meta.url), options));
    await answerOf(child);
    return {
      run: async (request) => {
        if (!child.connected) throw new Error('A load generator is gone.');
        const answer = answerOf(child);
        child.send(request);
        return answer;
      },
    };
  }

  async #connect(deadline) {
    for (;;) {
      try {
        return await HeycatClient.connect({ runtimeDir: this.#path('run') });
      } catch (error) {
        if (performance.now() > deadline || this.#service.exitCode !== null) throw error;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
  }

  /** What the sidecar engine notes about the server that it started. */
  #serverRecord() {
    return JSON.parse(readFileSync(this.#path('data/engine/sidecar.json'), 'utf8'));
  }

  /** Admits a user beside the service's own, so that neither load sees the other's rows. @returns its token. */
  async #secondUser(port) {
    const identity = await EngineIdentity.load(this.#path('data/keys'));
    const key = await importPKCS8(readFileSync(identity.privateKeyPath, 'utf8'), 'ES256');
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: 'ES256', typ: 'JWT' })
      .setSubject('heycat-bench')
      .setIssuer('localhost')
      .setAudience(['spacetimedb'])
      .setIssuedAt()
      .setExpirationTime('10 min')
      .sign(key);
    const api = new ServerApi(`http://127.0.0.1:${port}`);
    try {
      const user = await api.socketToken(token, AbortSignal.timeout(STOP_MS));
      await api.call(DATABASE, {
        reducer: 'admit_member',
        args: [[`0x${user.identity}`]],
        token: await identity.token('deployer'),
      });
    } finally {
      await api.close();
    }
    return token;
  }
}

/** The child's next message; its end is an error. */
function answerOf(child) {
  return new Promise((resolve, reject) => {
    const onExit = (code) => reject(new Error(`A load generator ended with ${code}.`));
    child.once('exit', onExit);
    child.once('message', ({ value, error }) => {
      child.off('exit', onExit);
      if (error === undefined) resolve(value);
      else reject(new Error(error));
    });
  });
}

/** A closed channel or standard input asks for a graceful shutdown; what does not end in time is killed. */
async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  if (child.connected) child.disconnect();
  child.stdin?.end();
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await exited;
  clearTimeout(timer);
}

function withDeadline(promise, ms, sentence) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(sentence)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function residentMb(pid) {
  try {
    const kilobytes = execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
    return Math.round(Number(kilobytes) / 1024);
  } catch {
    return null;
  }
}
