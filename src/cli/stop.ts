import { setTimeout as delay } from 'node:timers/promises';
import { HeycatError } from '../errors.ts';
import { connect, type GlobalOptions } from './connect.ts';
import { answer, answerJson, endWithReader, note } from './terminal.ts';

const POLL_MS = 20;
const STILL_MS = 5_000;
const GIVE_UP_MS = 30_000;

/** `heycat stop`: asks the running service to shut down, and waits until its process is gone. */
export async function stop(options: GlobalOptions): Promise<void> {
  endWithReader();
  const pid = await askToEnd(options);
  const startedAt = performance.now();
  let reportedAt = startedAt;
  note(`stopping heycat (pid ${pid}) …`);
  while (isAlive(pid)) {
    const now = performance.now();
    if (now - startedAt > GIVE_UP_MS) {
      const sentence = `Process ${pid} has not ended within ${GIVE_UP_MS / 1_000} s; its log says why.`;
      throw new HeycatError('DEADLINE_EXCEEDED', sentence, { pid });
    }
    if (now - reportedAt > STILL_MS) {
      note(`still stopping after ${Math.round((now - startedAt) / 1_000)} s …`);
      reportedAt = now;
    }
    await delay(POLL_MS);
  }
  const ms = Math.round(performance.now() - startedAt);
  if (options.json) answerJson({ stopped: true, pid, ms });
  else answer(`heycat (pid ${pid}) has stopped after ${ms} ms`);
}

/**
 * The pid comes from the service itself, over a connection on which it has proved that it knows the token: a number in a
 * stale file may by now belong to another process.
 */
async function askToEnd(options: GlobalOptions): Promise<number> {
  await using client = await connect(options);
  const { pid, instance_id } = await client.call<{ pid: number; instance_id: string }>('get_status');
  if (instance_id !== client.service.instance_id) {
    throw new HeycatError('CONFLICT', 'The service was replaced in the meantime; run `heycat stop` again.');
  }
  process.kill(pid, 'SIGTERM');
  return pid;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
