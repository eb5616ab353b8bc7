import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { HeycatError } from '../../../errors.ts';
import type { ServerApi } from './server-api.ts';
import { assertListeners, assertLoopbackListen, listenersOf } from './listen-address.ts';
import type { ServerLog } from './server-log.ts';

const TERM_MS = 3_000;
const POLL_MS = 10;
const PING_MS = 1_000;
/** All a server needs of our environment; the rest may hold other programs' secrets. */
const ENVIRONMENT = [
  'PATH',
  'HOME',
  'TMPDIR',
  'TMP',
  'TEMP',
  'LANG',
  'SystemRoot',
  'USERPROFILE',
  'LOCALAPPDATA',
];

export interface ServerCommand {
  binary: string;
  port: number;
  /** The server's data folder, absolute. */
  serverData: string;
  publicKeyPath: string;
  privateKeyPath: string;
}

/** Arguments for a server on the loopback address; refuses any other, whatever it was built from. */
export function serverArguments(command: ServerCommand): string[] {
  const address = `127.0.0.1:${command.port}`;
  assertLoopbackListen(address);
  const options = {
    '--listen-addr': address,
    '--data-dir': command.serverData,
    '--jwt-pub-key-path': command.publicKeyPath,
    '--jwt-priv-key-path': command.privateKeyPath,
  };
  return ['start', ...Object.entries(options).flat()];
}

/** One server process of ours, from spawn to exit. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #log: ServerLog;
  readonly port: number;
  readonly pid: number;
  /** Resolves with a sentence on how it ended; never rejects. */
  readonly exited: Promise<string>;
  #hasExited = false;

  private constructor(child: ChildProcess, command: ServerCommand, log: ServerLog) {
    this.#child = child;
    this.#log = log;
    this.port = command.port;
    this.pid = child.pid!;
    const endWithUs = () => child.kill('SIGTERM');
    process.once('exit', endWithUs);
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#hasExited = true;
        process.off('exit', endWithUs);
        resolve(signal === null ? `with code ${code}` : `by ${signal}`);
      });
    });
  }

  /** @throws HeycatError ENGINE_UNAVAILABLE when the program cannot be run at all. */
  static async spawn(command: ServerCommand, log: ServerLog): Promise<ServerProcess> {
    const env = Object.fromEntries(ENVIRONMENT.map((name) => [name, process.env[name]]));
    const child = spawn(command.binary, serverArguments(command), {
      stdio: ['ignore', log.fd, log.fd],
      env: { ...env, RUST_BACKTRACE: '0' },
      // A group of its own: Ctrl-C in our terminal must not end the server before it has written what it took.
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    if (child.pid === undefined) {
      const [cause] = (await once(child, 'error')) as [Error];
      throw new HeycatError('ENGINE_UNAVAILABLE', `${command.binary} cannot be run.`, {}, { cause });
    }
    return new ServerProcess(child, command, log);
  }

  /**
   * Waits until it listens where it was told to, nowhere else, and answers.
   * @throws HeycatError ENGINE_UNAVAILABLE; the process may still run then.
   */
  async waitUntilReady(api: ServerApi, deadlineMs: number): Promise<void> {
    const deadline = performance.now() + deadlineMs;
    while (!this.#hasExited && performance.now() < deadline) {
      // Nothing is sent before the kernel says that the port is this process's.
      if (assertListeners(await listenersOf(this.pid), this.port) && (await api.ping(PING_MS))) return;
      await sleep(POLL_MS);
    }
    throw await this.#explain(deadlineMs);
  }

  async #explain(deadlineMs: number): Promise<HeycatError> {
    const output = await this.#log.tail();
    const cause = output === '' ? undefined : output;
    if (!this.#hasExited) {
      const sentence = `The SpacetimeDB server was not ready within ${deadlineMs} ms; see ${this.#log.path}.`;
      return new HeycatError('ENGINE_UNAVAILABLE', sentence, {}, { cause });
    }
    const holder = Number(/owned by pid Some\((\d+)\)/.exec(output)?.[1] ?? 0);
    if (holder > 0) {
      const sentence = `Process ${holder} already runs a server on this data folder; end it and start again.`;
      return new HeycatError('ENGINE_UNAVAILABLE', sentence, { pid: holder }, { cause });
    }
    const details = /address (is )?already in use|os error (98|48|10048)/i.test(output)
      ? { reason: 'port_taken' }
      : {};
    const how = await this.exited;
    const sentence = `The SpacetimeDB server ended ${how} while starting: ${output || `see ${this.#log.path}`}`;
    return new HeycatError('ENGINE_UNAVAILABLE', sentence, details, { cause });
  }

  /** SIGTERM, after a while SIGKILL; resolves when it has gone. */
  async end(): Promise<void> {
    if (!this.#hasExited) {
      this.#child.kill('SIGTERM');
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), TERM_MS);
      await this.exited;
      clearTimeout(timer);
    }
  }

  /** At once, for a process that must not run a moment longer. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exited;
  }
}
