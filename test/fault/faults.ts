import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../support/cli.ts';
import { oneOf, type Random } from '../support/random.ts';
import type { TestedEngine } from '../support/engines.ts';
import type { ServiceProcess } from './service-process.ts';

export type Fault = `${'kill' | 'end' | 'pause'} ${'service' | 'server'}`;

const PAUSE_MAX_MS = 2_000;

/** As often as each stands here. */
const OF_SERVICE: Fault[] = ['kill service', 'kill service', 'kill service', 'end service', 'pause service'];
const OF_SERVER: Fault[] = ['kill server', 'kill server', 'kill server', 'end server', 'pause server'];

export function nextFault(engine: TestedEngine, random: Random): Fault {
  return oneOf(random, engine === 'sidecar' ? [...OF_SERVICE, ...OF_SERVER] : OF_SERVICE);
}

/** Does it to the service or to its server. Whatever ended is running again, or about to. */
export async function inject(fault: Fault, service: ServiceProcess, random: Random): Promise<void> {
  switch (fault) {
    case 'kill service':
      await service.restartBy('SIGKILL');
      return;
    case 'end service': {
      const code = await service.restartBy('SIGTERM');
      if (code !== 0) throw new Error(`The service ended with ${code} when it was asked to end`);
      return;
    }
    case 'pause service':
      return pause((name) => service.signal(name), random);
    case 'kill server':
    case 'end server':
      // The service notices and starts another one.
      signalIfThere(await service.serverPid(), fault === 'kill server' ? 'SIGKILL' : 'SIGTERM');
      return;
    case 'pause server': {
      const pid = await service.serverPid();
      return pause((name) => signalIfThere(pid, name), random);
    }
  }
}

/** The service may have ended a server that hung. */
function signalIfThere(pid: number, name: NodeJS.Signals): void {
  if (isAlive(pid)) process.kill(pid, name);
}

async function pause(signal: (name: NodeJS.Signals) => void, random: Random): Promise<void> {
  signal('SIGSTOP');
  await sleep(random() * PAUSE_MAX_MS);
  signal('SIGCONT');
}
