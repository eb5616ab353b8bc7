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
  /** Its standard input; other users of the machine can see arguments. */
  input?: string;
  /** Aborting ends the program. */
  signal?: AbortSignal | undefined;
  /** The program is ended after this time. */
  timeoutMs?: number;
  /** The signal with which it is ended. Default: SIGKILL. */
  endSignal?: NodeJS.Signals;
  /** Receives its stderr output, which null discards. */
  onStderr?: ((text: string) => void) | null;
}

export interface ProgramEnd extends ProcessEnd {
  /** The end of its stderr output. */
  stderr: string;
}

/**
 * Runs a program without a shell and waits for its end.
 * @throws HeycatError CANCELLED, after the program has ended.
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

/** Starts a program that outlives this process, without a shell; false if it cannot be run. */
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

/** The path of the program that would be run by this name; undefined if it is not installed. */
export function findProgram(name: string, env: NodeJS.ProcessEnv): string | undefined {
  if (isAbsolute(name)) return existsSync(name) ? name : undefined;
  const names = process.platform === 'win32' ? [name, `${name}.exe`] : [name];
  return (env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .flatMap((folder) => names.map((each) => join(folder, each)))
    .find((path) => existsSync(path));
}
