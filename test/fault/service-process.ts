import { isAlive, until, type CliPlace, type CliRun } from '../support/cli.ts';

/** The built service as a process of its own, started again as a host's supervisor would. */
export class ServiceProcess {
  #run!: CliRun;

  constructor(
    private readonly place: CliPlace,
    private readonly engine: string,
  ) {}

  /** Resolves once clients can connect; the engine may still be starting. */
  async start(): Promise<void> {
    const run = this.place.spawn(['start', '--engine', this.engine, '--log-level', 'warn']);
    this.#run = run;
    await Promise.race([run.until('stdout', 'heycat serves'), this.#diedEarly(run)]);
  }

  get pid(): number {
    return this.#run.pid;
  }

  signal(name: NodeJS.Signals): void {
    // It has its own stderr to say why.
    if (!this.#run.child.kill(name)) throw new Error(`The service had ended by itself: ${this.#run.stderr}`);
  }

  /** Signals it, waits for its end, and starts it again. @returns the exit code, null after a kill. */
  async restartBy(name: NodeJS.Signals): Promise<number | null> {
    this.signal(name);
    const { code } = await this.#run.ended;
    await this.start();
    return code;
  }

  /** Ends it in good order. */
  async stop(): Promise<void> {
    this.signal('SIGTERM');
    const { code, stderr } = await this.#run.ended;
    if (code !== 0) throw new Error(`The service ended with ${code}: ${stderr}`);
  }

  /** Pid of its server once there is one. */
  async serverPid(): Promise<number> {
    let pid: number | undefined;
    await until(async () => (pid = await this.place.serverPid()) !== undefined && isAlive(pid));
    return pid!;
  }

  async #diedEarly(run: CliRun): Promise<never> {
    const { code, stderr } = await run.ended;
    throw new Error(`The service did not start, code ${code}: ${stderr}`);
  }
}
