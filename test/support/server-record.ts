import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processFacts } from '../../src/infra/database/sidecar/process-facts.ts';

export interface Recorded {
  pid: number;
  port: number;
  start_time: string;
  binary: string;
  owner: { pid: number; start_time: string };
}

export function recordPath(dataDir: string): string {
  return join(dataDir, 'engine', 'sidecar.json');
}

export async function serverRecord(dataDir: string): Promise<Recorded> {
  return JSON.parse(await readFile(recordPath(dataDir), 'utf8')) as Recorded;
}

export async function isRunning(pid: number): Promise<boolean> {
  return (await processFacts(pid)) !== undefined;
}

/** Resolves when the process has gone. */
export async function untilGone(pid: number): Promise<void> {
  while (await isRunning(pid)) await sleep(10);
}
