import type { ClientEvent } from '../infra/ipc/client/client.ts';
import type { ModelReport } from '../queries/system/list-models.ts';
import type { RoundTrip } from './demo-recording.ts';

/** A large model may first have to be read from a slow disk. */
const STAGE_MS = 120_000;

/** One take from the microphone to its text, where the microphone plays a file. */
export async function spokenTake({ ui, events, wav, hops, signal }: RoundTrip): Promise<void> {
  hops.part('One take, from the microphone to its text');
  const { models } = await ui.call<{ models: ModelReport[] }>('list_models', {}, { signal });
  const model = models.find(({ used }) => used);
  if (model === undefined) {
    const advice = 'no speech model is installed; `heycat demo --install-model` installs one first (90 MB)';
    return hops.hop('no_model', advice);
  }
  hops.restart();
  await ui.call('start_recording', { device: `file:${wav}?fast` }, { signal });
  const next = async (type: string, name: string, text: (payload: ClientEvent['payload']) => string) => {
    const { event, at } = await events.next(type, signal, STAGE_MS);
    hops.hop(name, text(event.payload), at);
  };
  await next('recording_started', 'recording', () => 'recording_started: the first samples have arrived');
  await next('recording_stopped', 'recorded', ({ duration_ms }) => {
    return `recording_stopped: ${Number(duration_ms) / 1_000} s of sound are on disk`;
  });
  await next('transcription_completed', 'transcribed', ({ text, times }) => {
    const { decode_ms } = times as { decode_ms: number };
    return `transcription_completed by ${model.name}, ${Math.round(decode_ms)} ms of it in the model: «${String(text)}»`;
  });
  await next('recording_completed', 'stored', () => 'recording_completed: the recording has its text');
}
