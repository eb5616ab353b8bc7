import { setTimeout as delay } from 'node:timers/promises';
import { HeycatError } from '../errors.ts';
import type { ClientEvent, HeycatClient } from '../infra/ipc/client/client.ts';
import type { ServiceStatus } from '../queries/system/get-status.ts';
import type { Hops } from './demo-hops.ts';

/** The events received so far, each with its time of arrival. */
export class SeenEvents {
  readonly #seen: { event: ClientEvent; at: number }[] = [];
  #wake: (() => void) | undefined;

  add(event: ClientEvent): void {
    this.#seen.push({ event, at: performance.now() });
    this.#wake?.();
  }

  find(type: string): { event: ClientEvent; at: number } | undefined {
    return this.#seen.find(({ event }) => event.type === type);
  }

  /** @throws HeycatError DEADLINE_EXCEEDED */
  async next(type: string, signal: AbortSignal, ms = EVENT_MS): Promise<{ event: ClientEvent; at: number }> {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(ms)]);
    for (;;) {
      const found = this.find(type);
      if (found !== undefined) return found;
      if (deadline.aborted)
        throw new HeycatError('DEADLINE_EXCEEDED', `The event ${type} did not arrive in time.`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        deadline.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }
}

const EVENT_MS = 10_000;
const READY_MS = 60_000;
const POLL_MS = 10;

/** Subscribes to everything. */
export async function watch(client: HeycatClient): Promise<SeenEvents> {
  const events = new SeenEvents();
  await client.subscribe({}, (event) => events.add(event));
  return events;
}

/** Prints the first answer of get_status, then when the engine is ready: the socket answers before the engine does. */
export async function engineReady(client: HeycatClient, hops: Hops, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + READY_MS;
  const first = await client.call<ServiceStatus>('get_status', {}, { signal });
  hops.hop('socket_answers', `the socket answers get_status; its engine is ${first.engine.state}`);
  for (let status = first; ; status = await client.call<ServiceStatus>('get_status', {}, { signal })) {
    const { kind, state, version, pid, cause } = status.engine;
    if (state === 'ready') {
      const what =
        pid === undefined
          ? `${kind}, in the service's own process`
          : `${kind}, SpacetimeDB ${version}, pid ${pid}`;
      return hops.hop('engine_ready', `the engine is ready: ${what}`);
    }
    if (state === 'failed') throw new HeycatError('ENGINE_UNAVAILABLE', cause);
    if (performance.now() > deadline)
      throw new HeycatError('DEADLINE_EXCEEDED', 'The engine did not start in time.');
    await delay(POLL_MS, undefined, { signal });
  }
}

/** Prints when the read models have been compared with the engine. */
export async function synced(
  client: HeycatClient,
  events: SeenEvents,
  { hops, signal }: { hops: Hops; signal: AbortSignal },
): Promise<void> {
  // The event may have been published before the subscription existed.
  const { synced: already } = await client.call<ServiceStatus>('get_status', {}, { signal });
  if (already && events.find('sync_complete') === undefined) {
    return hops.hop('synced', 'get_status says that the baseline has been applied');
  }
  const { at } = await events.next('sync_complete', signal);
  hops.hop('synced', 'sync_complete: the baseline has been applied', at);
}
