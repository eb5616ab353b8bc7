import { spawn } from 'node:child_process';
import { HeycatError } from '../../../errors.ts';

const COMPLAINT_CHARS = 600;

/** How a program ended; `missing` when there is none of that name. */
export interface ProgramEnd {
  outcome: 'done' | 'failed' | 'missing';
  /** The end of what it wrote on stderr. */
  complaint: string;
}

/**
 * Runs a program without a shell and waits for its end.
 * @throws HeycatError CANCELLED, after it has gone.
 */
export async function runProgram(
  [program, ...args]: readonly [string, ...string[]],
  { signal, env }: { signal?: AbortSignal | undefined; env?: NodeJS.ProcessEnv } = {},
): Promise<ProgramEnd> {
  signal?.throwIfAborted();
  const child = spawn(program, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
    windowsHide: true,
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-COMPLAINT_CHARS);
  });
  const kill = () => child.kill('SIGKILL');
  signal?.addEventListener('abort', kill, { once: true });
  process.once('exit', kill);
  try {
    const outcome = await new Promise<ProgramEnd['outcome']>((resolve) => {
      child.once('error', () => resolve('missing'));
      child.once('close', (code) => resolve(code === 0 ? 'done' : 'failed'));
    });
    if (signal?.aborted) throw HeycatError.from(signal.reason);
    return { outcome, complaint: complaint.trim() };
  } finally {
    signal?.removeEventListener('abort', kill);
    process.off('exit', kill);
  }
}
