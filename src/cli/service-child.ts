import { once } from 'node:events';
import { HeycatError } from '../errors.ts';
import { nodeCommand, nodeEnvironment } from '../infra/process/child/node-child.ts';
import { Subprocess } from '../infra/process/child/subprocess.ts';

const COMMAND = new URL('./main', import.meta.url);
const STOP_MS = 25_000;
const LOG_CHARS = 4_000;

/** A service in a child process, which ends with this process, however that ends. */
export class ServiceChild {
  readonly #child: Subprocess;
  #output = '';
  #log = '';

  constructor(args: readonly string[], env: NodeJS.ProcessEnv) {
    const command = nodeCommand(COMMAND, ['start', '--exit-with-parent', ...args]);
    // Ctrl-C reaches only this process; the service is stopped by closing its standard input.
    this.#child = new Subprocess(command, { env: nodeEnvironment(env), stdio: 'pipe', group: 'own' });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#log = (this.#log + text).slice(-LOG_CHARS);
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** The end of its log. */
  get lastLog(): string {
    return this.#log.trimEnd();
  }

  /** Waits until the service reports that it is serving. @throws HeycatError ENGINE_UNAVAILABLE when it ends instead. */
  async serving(signal: AbortSignal): Promise<void> {
    const ended = this.#child.ended.then(({ code }) => {
      throw new HeycatError('ENGINE_UNAVAILABLE', `The service ended with code ${code}.`);
    });
    ended.catch(() => undefined);
    while (!this.#output.includes('\n'))
      await Promise.race([once(this.#child.stdout!, 'data', { signal }), ended]);
  }

  /** Shuts it down gracefully, by force when that takes too long. @returns its exit code. */
  async stop(): Promise<number | null> {
    return (await this.#child.end(STOP_MS, () => this.#child.stdin?.end())).code;
  }
}
