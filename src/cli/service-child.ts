import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { HeycatError } from '../errors.ts';

const COMMAND = fileURLToPath(new URL('./main.js', import.meta.url));
const STOP_MS = 25_000;
const LOG_CHARS = 4_000;

/** A service in a process of its own, which ends with this one, however this one ends. */
export class ServiceChild {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #exited: Promise<unknown>;
  #output = '';
  #log = '';

  constructor(args: readonly string[], env: NodeJS.ProcessEnv) {
    this.#child = spawn(process.execPath, [COMMAND, 'start', '--exit-with-parent', ...args], {
      env,
      stdio: ['pipe', 'pipe', 'pipe'],
      // A group of its own: Ctrl-C is for us; closing its standard input is for the service.
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    this.#exited = once(this.#child, 'close');
    this.#exited.catch(() => undefined);
    this.#child.stdin.on('error', () => undefined);
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#log = (this.#log + text).slice(-LOG_CHARS);
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get exitCode(): number | null {
    return this.#child.exitCode;
  }

  /** The end of its log. */
  get lastLog(): string {
    return this.#log.trimEnd();
  }

  /** Waits until it says that it serves. @throws HeycatError ENGINE_UNAVAILABLE when it ends instead. */
  async serving(signal: AbortSignal): Promise<void> {
    const ended = this.#exited.then(() => {
      throw new HeycatError('ENGINE_UNAVAILABLE', `The service ended with code ${this.exitCode}.`);
    });
    ended.catch(() => undefined);
    while (!this.#output.includes('\n'))
      await Promise.race([once(this.#child.stdout, 'data', { signal }), ended]);
  }

  /** Ends it in good order, by force when that takes too long. @returns its exit code. */
  async stop(): Promise<number | null> {
    this.#child.stdin.end();
    const force = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
    await this.#exited.catch(() => undefined);
    clearTimeout(force);
    return this.exitCode;
  }
}
