import { type ChildProcess, type SpawnOptions, execFile, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

/** A program and its arguments. */
export type CommandLine = readonly [program: string, ...args: string[]];

export interface SubprocessOptions extends Pick<SpawnOptions, 'env' | 'stdio' | 'serialization'> {
  /** `own`: Ctrl-C in our terminal does not reach it. `tree`: signals also reach the processes that it has started. */
  group?: 'own' | 'tree';
  /** The signal sent to it when this process exits first; by default none. */
  exitSignal?: NodeJS.Signals;
}

/** How a process ended: with an exit code, by a signal, or with the error that prevented its start. */
export interface ProcessEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  error?: NodeJS.ErrnoException;
}

/** A child process from its start to its end, without a shell. */
export class Subprocess {
  /** Resolves when it has ended and all of its output has been read; never rejects. */
  readonly ended: Promise<ProcessEnd>;
  protected readonly child: ChildProcess;
  readonly #isTree: boolean;
  #hasEnded = false;

  constructor([program, ...args]: CommandLine, { group, exitSignal, ...options }: SubprocessOptions) {
    const detached = group !== undefined && process.platform !== 'win32';
    this.child = spawn(program, args, { ...options, detached, windowsHide: true });
    this.#isTree = group === 'tree';
    // A process that ends without reading its input is reported by its end.
    this.child.stdin?.on('error', () => undefined);
    this.ended = this.#whenEnded();
    if (exitSignal !== undefined) this.#endWithUs(exitSignal);
  }

  /** Undefined if it could not be started. */
  get pid(): number | undefined {
    return this.child.pid;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Null if it is not a pipe, like the other two. */
  get stdin(): Writable | null {
    return this.child.stdin;
  }

  get stdout(): Readable | null {
    return this.child.stdout;
  }

  get stderr(): Readable | null {
    return this.child.stderr;
  }

  /** Does nothing if it has ended. */
  signal(name: NodeJS.Signals): void {
    if (this.#isTree) signalTree(this.child, name);
    else this.child.kill(name);
  }

  /** Kills it. @returns as {@link ended}. */
  kill(): Promise<ProcessEnd> {
    this.signal('SIGKILL');
    return this.ended;
  }

  /** Asks it to end, and kills it if that takes longer than `graceMs`. @returns as {@link ended}. */
  async end(graceMs: number, ask: () => void = () => this.signal('SIGTERM')): Promise<ProcessEnd> {
    if (this.#hasEnded) return this.ended;
    ask();
    const timer = setTimeout(() => this.signal('SIGKILL'), graceMs);
    const end = await this.ended;
    clearTimeout(timer);
    return end;
  }

  #whenEnded(): Promise<ProcessEnd> {
    return new Promise((resolve) => {
      let failure: Pick<ProcessEnd, 'error'> = {};
      this.child.on('error', (error) => {
        // Otherwise a signal or a message could not be sent, which its end explains.
        if (this.pid === undefined) failure = { error };
      });
      this.child.once('close', (code, signal) => {
        this.#hasEnded = true;
        resolve({ code, signal, ...failure });
      });
    });
  }

  #endWithUs(signal: NodeJS.Signals): void {
    const end = () => this.signal(signal);
    process.once('exit', end);
    void this.ended.then(() => process.off('exit', end));
  }
}

function signalTree({ pid }: ChildProcess, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  if (process.platform === 'win32') {
    execFile('taskkill', ['/T', '/F', '/PID', String(pid)], () => undefined);
    return;
  }
  try {
    process.kill(-pid, name);
  } catch {
    // It has ended by itself.
  }
}

/** For example `SIGKILL` or `exit code 3`. */
export function howEnded({ code, signal, error }: ProcessEnd): string {
  return error?.message ?? signal ?? `exit code ${code}`;
}
