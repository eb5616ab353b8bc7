import type { ClientEvent } from '../infra/ipc/client/client.ts';
import { connect, type GlobalOptions } from './connect.ts';
import { answer, answerJson, endWithReader, note, printable, styled } from './terminal.ts';

export interface TailOptions extends GlobalOptions {
  /** Seq of the first event to replay. */
  from?: number;
  types?: string[];
}

const PAYLOAD_CHARS = 160;
/** Twenty a second would drown everything else. */
const ONLY_WHEN_NAMED = new Set(['audio_level']);

/** `heycat tail`: prints events until Ctrl-C; the client reconnects and resumes where it was. */
export async function tail({ from, types, json, ...options }: TailOptions): Promise<void> {
  endWithReader();
  await using client = await connect(options, { reconnect: true });
  const ended = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  client.on('state', (state) => {
    if (state === 'connecting') note('the service is gone; waiting for it to come back');
    if (state === 'ready') note('the service is back');
  });
  await client.subscribe(
    { ...(types && { types }), ...(from !== undefined && { from_seq: from }) },
    (event) => {
      if (types === undefined && ONLY_WHEN_NAMED.has(event.type)) return;
      if (json) answerJson(withoutSubscription(event));
      else answer(line(event));
    },
    (gap) => note(`the history was replaced: events were missed; continuing after seq ${gap.seq}`),
  );
  note('listening; Ctrl-C ends it');
  await ended;
}

/** An event on one line. */
export function line({ seq, type, area, entity_id, occurred_at, payload }: ClientEvent): string {
  const number = seq === undefined ? '-' : String(seq);
  const subject = area === undefined ? '' : ` ${area}${entity_id ? `/${entity_id}` : ''}`;
  const text = JSON.stringify(payload);
  const short = text.length > PAYLOAD_CHARS ? `${text.slice(0, PAYLOAD_CHARS)}…` : text;
  const name = styled('bold', printable(type));
  return `${occurred_at} ${number.padStart(6)}  ${name}${printable(`${subject}  ${short}`)}`;
}

/** The subscription's number means nothing outside this connection. */
function withoutSubscription(event: ClientEvent): Partial<ClientEvent> {
  const rest: Partial<ClientEvent> = { ...event };
  delete rest.subscription;
  return rest;
}
