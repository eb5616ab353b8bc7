import type { ClientEvent, HeycatClient } from '../../src/infra/ipc/client.ts';

/** A whole page is as much as one answer may hold. */
const PAGE = 1_000;

/** The durable record from its beginning, in order of seq. */
export async function readLog(client: HeycatClient): Promise<ClientEvent[]> {
  const events: ClientEvent[] = [];
  for (let [from_seq, last_seq] = [1, 1]; from_seq <= last_seq;) {
    const page = await client.call<{ events: ClientEvent[]; next_seq: number; last_seq: number }>(
      'read_events',
      { from_seq, limit: PAGE },
    );
    events.push(...page.events);
    ({ next_seq: from_seq, last_seq } = page);
  }
  return events;
}
