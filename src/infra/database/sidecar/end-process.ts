import { setTimeout as sleep } from 'node:timers/promises';
import { HeycatError } from '../../../errors.ts';
import { processFacts } from './process-facts.ts';

const TERM_MS = 3_000;
const KILL_MS = 5_000;
const POLL_MS = 20;

/**
 * Ends a process that is not our child: SIGTERM, then SIGKILL, and waits until it has gone.
 * @param startTime of the process meant; one that took over its number meanwhile is left alone.
 */
export async function endProcess(pid: number, startTime: string): Promise<void> {
  for (const [signal, waitMs] of [
    ['SIGTERM', TERM_MS],
    ['SIGKILL', KILL_MS],
  ] as const) {
    if (!(await runs(pid, startTime))) return;
    sendSignal(pid, signal);
    for (let waited = 0; waited < waitMs; waited += POLL_MS) {
      if (!(await runs(pid, startTime))) return;
      await sleep(POLL_MS);
    }
  }
  throw new HeycatError('ENGINE_UNAVAILABLE', `The old server, process ${pid}, cannot be ended; end it.`, {
    pid,
  });
}

async function runs(pid: number, startTime: string): Promise<boolean> {
  return (await processFacts(pid))?.startTime === startTime;
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
