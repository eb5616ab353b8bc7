import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface ProgramCall {
  program: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
}

/** Starts a program that outlives the service, never through a shell; false when there is none of that name. */
export async function launch({ program, args, env }: ProgramCall): Promise<boolean> {
  const child = spawn(program, args, { env, detached: true, stdio: 'ignore' });
  child.unref();
  return once(child, 'spawn').then(
    () => true,
    () => false,
  );
}

/**
 * Runs a program to its end, never through a shell.
 * @param input what it reads: other users of the machine can see arguments.
 * @returns its exit code; null when it was killed after `timeoutMs`; undefined when there is no program of that name.
 */
export function run(
  { program, args, env }: ProgramCall,
  { input, timeoutMs }: { input: string; timeoutMs: number },
): Promise<number | null | undefined> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { env, stdio: ['pipe', 'ignore', 'ignore'] });
    // Not by an option of spawn, whose timer goes on where there is no program.
    const tooLong = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    const end = (code?: number | null) => {
      clearTimeout(tooLong);
      resolve(code);
    };
    child.once('error', () => end());
    child.once('close', (code) => end(code));
    // It may end without reading.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
