import type { ClientEvent } from '../../src/infra/ipc/client/client.ts';

/** A client or the service itself. */
interface Callable {
  call<T>(method: string, params?: Record<string, unknown>): Promise<T>;
}

/** A whole page is as much as one answer may hold. */
const PAGE = 1_000;

const READS = [
  'list_recordings',
  'get_settings',
  'list_dictionary_entries',
  'get_voice_commands',
  'list_window_contexts',
  'get_statistics',
];

/** What every query of the read models answers. */
export function readModels(from: Callable): Promise<unknown[]> {
  return Promise.all(READS.map((method) => from.call(method)));
}

/** The durable record from its beginning, in order of seq. */
export async function readLog(from: Callable): Promise<ClientEvent[]> {
  const events: ClientEvent[] = [];
  for (let [from_seq, last_seq] = [1, 1]; from_seq <= last_seq;) {
    const page = await from.call<{ events: ClientEvent[]; next_seq: number; last_seq: number }>(
      'read_events',
      { from_seq, limit: PAGE },
    );
    events.push(...page.events);
    ({ next_seq: from_seq, last_seq } = page);
  }
  return events;
}
