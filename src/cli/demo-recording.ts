import { randomUUID } from 'node:crypto';
import { HeycatError } from '../errors.ts';
import type { RecordingRow } from '../events/rows.ts';
import type { ClientEvent, HeycatClient } from '../infra/ipc/client/client.ts';
import type { ServiceStatus } from '../queries/system/get-status.ts';
import type { SeenEvents } from './demo-engine.ts';
import type { Hops } from './demo-hops.ts';

export interface RoundTrip {
  /** The client that writes and reads. */
  ui: HeycatClient;
  /** Received by another client, which only subscribes. */
  events: SeenEvents;
  wav: string;
  hops: Hops;
  signal: AbortSignal;
}

interface Applied {
  seq: number;
  result: { id: number };
}

interface Written {
  commandId: string;
  seq: number;
  /** The id of the recording. */
  id: number;
}

/** One add_recording, observed everywhere that it is visible from outside. */
export async function recordingRoundTrip(trip: RoundTrip): Promise<void> {
  const { ui, events, hops, signal } = trip;
  const commandId = randomUUID();
  hops.part('One recording');
  hops.hop('sent', 'a UI sends add_recording with a WAV file');
  const request = { command_id: commandId, file_path: trip.wav };
  const [applied, received] = await Promise.all([
    ui
      .call<Applied>('add_recording', request, { signal })
      .then((answer) => ({ answer, at: performance.now() })),
    events.next('recording_added', signal),
  ]);
  const { seq, result } = applied.answer;
  const { event } = received;
  const arrivals = [
    { name: 'event', text: eventText(event), at: received.at },
    { name: 'applied', text: `its answer: applied, seq ${seq}, recording ${result.id}`, at: applied.at },
  ];
  for (const { name, text, at } of arrivals.sort((a, b) => a.at - b.at)) hops.hop(name, text, at);
  if (event.command_id !== commandId || event.seq !== seq) {
    throw new HeycatError('INTERNAL', 'The event received belongs to another command.');
  }
  await traces(trip, { commandId, seq, id: result.id });
}

function eventText({ type, seq, entity_id }: ClientEvent): string {
  return `another client's socket: ${type}, seq ${seq}, id ${entity_id}`;
}

/** The traces of the write in the database, the read models and the queries, each fetched with its own request. */
async function traces({ ui, hops, signal }: RoundTrip, { commandId, seq, id }: Written): Promise<void> {
  const ask = <T>(method: string, params: object = {}): Promise<T> => {
    hops.restart();
    return ui.call<T>(method, params, { signal });
  };
  hops.part('What it left behind, each request with its own time');
  const receipt = await ask<{ seq: number }>('get_command', { command_id: commandId });
  hops.hop('receipt', `database: the reducer's receipt of the command, seq ${receipt.seq}`);
  const log = await ask<{ events: { seq: number; actor: string }[] }>('read_events', {
    from_seq: seq,
    limit: 1,
  });
  const logged = log.events[0];
  hops.hop(
    'log',
    `database: its event in the log, seq ${logged?.seq}, written by ${logged?.actor.slice(0, 8)}…`,
  );
  const { projections } = await ask<ServiceStatus>('get_status');
  const model = projections.find(({ name }) => name === 'recordings');
  hops.hop('projection', `read model: recordings is at seq ${model?.seq}`);
  const { recordings } = await ask<{ recordings: RecordingRow[] }>('list_recordings');
  const row = recordings.find((recording) => recording.id === id);
  if (row === undefined)
    throw new HeycatError('INTERNAL', 'list_recordings does not return the new recording.');
  const sound = `${row.duration_ms / 1_000} s at ${row.sample_rate} Hz`;
  hops.hop('listed', `list_recordings returns it: recording ${row.id}, ${sound}, ${row.status}`);
}
