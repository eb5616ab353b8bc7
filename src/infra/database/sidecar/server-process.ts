import { setTimeout as sleep } from 'node:timers/promises';
import { HeycatError } from '../../../errors.ts';
import { Subprocess } from '../../process/child/subprocess.ts';
import type { ServerApi } from './server-api.ts';
import { assertListeners, assertLoopbackListen, listenersOf } from './listen-address.ts';
import type { ServerLog } from './server-log.ts';
import { environment } from '../../process/environment.ts';

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
  readonly #process: Subprocess;
  readonly #log: ServerLog;
  readonly port: number;
  readonly pid: number;
  /** Resolves with a sentence on how it ended; never rejects. */
  readonly exited: Promise<string>;

  private constructor(server: Subprocess, command: ServerCommand, log: ServerLog) {
    this.#process = server;
    this.#log = log;
    this.port = command.port;
    this.pid = server.pid!;
    this.exited = server.ended.then(({ code, signal }) =>
      signal === null ? `with code ${code}` : `by ${signal}`,
    );
  }

  /** @throws HeycatError ENGINE_UNAVAILABLE when the program cannot be run at all. */
  static async spawn(command: ServerCommand, log: ServerLog): Promise<ServerProcess> {
    const env = Object.fromEntries(ENVIRONMENT.map((name) => [name, environment()[name]]));
    const server = new Subprocess([command.binary, ...serverArguments(command)], {
      stdio: ['ignore', log.fd, log.fd],
      env: { ...env, RUST_BACKTRACE: '0' },
      // It ends only when it has written what it took, not by Ctrl-C.
      group: 'own',
      exitSignal: 'SIGTERM',
    });
    if (server.pid === undefined) {
      const { error: cause } = await server.ended;
      throw new HeycatError('ENGINE_UNAVAILABLE', `${command.binary} cannot be run.`, {}, { cause });
    }
    return new ServerProcess(server, command, log);
  }

  /**
   * Waits until it listens on the address it was given, nowhere else, and answers.
   * @throws HeycatError ENGINE_UNAVAILABLE; the process may still run then.
   */
  async waitUntilReady(api: ServerApi, deadlineMs: number): Promise<void> {
    const deadline = performance.now() + deadlineMs;
    while (!this.#process.hasEnded && performance.now() < deadline) {
      // Nothing is sent before the kernel says that the port is this process's.
      if (assertListeners(await listenersOf(this.pid), this.port) && (await api.ping(PING_MS))) return;
      await sleep(POLL_MS);
    }
    throw await this.#explain(deadlineMs);
  }

  async #explain(deadlineMs: number): Promise<HeycatError> {
    const output = await this.#log.tail();
    const cause = output === '' ? undefined : output;
    if (!this.#process.hasEnded) {
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
    await this.#process.end(TERM_MS);
  }

  /** At once, for a process that must not run a moment longer. */
  async kill(): Promise<void> {
    await this.#process.kill();
  }
}
