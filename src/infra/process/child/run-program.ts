import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { HeycatError } from '../../../errors.ts';
import { type CommandLine, type ProcessEnd, Subprocess, type SubprocessOptions } from './subprocess.ts';

const STDERR_CHARS = 600;

export interface ProgramRun extends Pick<SubprocessOptions, 'group'> {
  /** Default: this process's. */
  env?: NodeJS.ProcessEnv;
  /** What it reads: other users of the machine can see arguments. */
  input?: string;
  /** Ends it. */
  signal?: AbortSignal | undefined;
  /** It is ended after so long. */
  timeoutMs?: number;
  /** How it is ended before its time. Default: SIGKILL. */
  endSignal?: NodeJS.Signals;
  /** Hears what it writes on stderr. With null that is thrown away. */
  onStderr?: ((text: string) => void) | null;
}

export interface ProgramEnd extends ProcessEnd {
  /** The end of what it wrote on stderr. */
  stderr: string;
}

/**
 * Runs a program without a shell and waits for its end.
 * @throws HeycatError CANCELLED, after it has gone.
 */
export async function runProgram(command: CommandLine, run: ProgramRun = {}): Promise<ProgramEnd> {
  const { input, signal, timeoutMs, endSignal = 'SIGKILL', onStderr } = run;
  signal?.throwIfAborted();
  const program = new Subprocess(command, {
    ...(run.env && { env: run.env }),
    ...(run.group && { group: run.group }),
    stdio: [input === undefined ? 'ignore' : 'pipe', 'ignore', onStderr === null ? 'ignore' : 'pipe'],
    exitSignal: endSignal,
  });
  let stderr = '';
  program.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_CHARS);
    onStderr?.(text);
  });
  program.stdin?.end(input);
  const end = () => program.signal(endSignal);
  const timer = timeoutMs === undefined ? undefined : setTimeout(end, timeoutMs);
  signal?.addEventListener('abort', end, { once: true });
  const ended = await program.ended;
  clearTimeout(timer);
  signal?.removeEventListener('abort', end);
  if (signal?.aborted) throw HeycatError.from(signal.reason);
  return { ...ended, stderr: stderr.trim() };
}

/** Starts a program that outlives this process, without a shell; false when it cannot be run. */
export async function launchProgram(
  [program, ...args]: CommandLine,
  env: NodeJS.ProcessEnv,
): Promise<boolean> {
  const child = spawn(program, args, { env, detached: true, stdio: 'ignore' });
  child.unref();
  return once(child, 'spawn').then(
    () => true,
    () => false,
  );
}

/** Where a program lies that would be run by this name; undefined when it is not installed. */
export function findProgram(name: string, env: NodeJS.ProcessEnv): string | undefined {
  if (isAbsolute(name)) return existsSync(name) ? name : undefined;
  const names = process.platform === 'win32' ? [name, `${name}.exe`] : [name];
  return (env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .flatMap((folder) => names.map((each) => join(folder, each)))
    .find((path) => existsSync(path));
}
