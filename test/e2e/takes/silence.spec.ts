import { join } from 'node:path';
import type { RecordingRow } from '../../../src/events/rows.ts';
import type { ClientEvent } from '../../../src/infra/ipc/client/client.ts';
import {
  ChildVoiceActivityDetector,
  type VoiceActivityDetectorOptions,
} from '../../../src/infra/voice/recogniser/child-voice-activity-detector.ts';
import { childrenWith } from '../../support/child-processes.ts';
import { TYPESCRIPT_ARGV } from '../../support/embedded-harness.ts';
import { eventually, startService } from '../../support/service.ts';
import { describeWithModel, fixture, type Fixture, testRecogniser } from '../../support/speech.ts';
import { joined, samplesOf, writeWav } from '../../support/wav.ts';

const RATE = 16_000;

/** Files of the tests and silences in seconds, one after the other. */
async function sound(...parts: (Fixture | number)[]): Promise<Float32Array> {
  return joined(
    await Promise.all(
      parts.map(async (part) =>
        typeof part === 'number' ? new Float32Array(part * RATE) : samplesOf(fixture(part)),
      ),
    ),
  );
}

/** A service whose takes end by silence. */
async function studio({ isDeaf, speech }: { isDeaf?: boolean; speech?: VoiceActivityDetectorOptions } = {}) {
  const { recogniser } = testRecogniser({}, ...(isDeaf ? ['/nowhere'] : []));
  const voiceActivityDetector = new ChildVoiceActivityDetector({ execArgv: TYPESCRIPT_ARGV, ...speech });
  const service = await startService('embedded', { host: { recogniser, voiceActivityDetector } });
  const client = await service.connect();
  const heard = await service.hear();
  await client.command('save_setting', { key: 'dictation.silenceStop', value: true });
  let files = 0;
  const rows = async () => (await client.call<{ recordings: RecordingRow[] }>('list_recordings')).recordings;
  return {
    client,
    heard,
    rows,
    /** What is told of a take that hears this, until it has ended. */
    async take(samples: Float32Array, pace: '?fast' | '' = '?fast'): Promise<ClientEvent> {
      const file = join(service.dataDir, `played-${++files}.wav`);
      await writeWav(file, samples, { rate: RATE });
      const before = heard.events.length;
      await client.command('start_recording', { device: `file:${file}${pace}` });
      const end = () =>
        heard.events.slice(before).find(({ type }) => /^recording_(stopped|cancelled)$/.test(type));
      await eventually(() => end() !== undefined);
      return end()!;
    },
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  };
}

describe('a take that ends by silence', () => {
  it.each(['?fast', ''] as const)(
    'TAK73 ends after the first words, however fast the sound comes: %j',
    async (pace) => {
      await using test = await studio({ isDeaf: true });
      const { payload } = await test.take(await sound('open-the-calculator', 3, 'beckett'), pace);
      expect(payload).toMatchObject({ stop_reason: 'silence' });
      // The words have ended a little before their file.
      const duration = Number(payload['duration_ms']);
      expect(duration).toBeGreaterThan(3_000);
      expect(duration).toBeLessThan(1_776 + 3_000);
      await eventually(async () => (await test.rows())[0]?.stop_reason === 'silence');
    },
  );

  it('TAK73 lasts while somebody speaks, with pauses', async () => {
    await using test = await studio({ isDeaf: true });
    const { payload } = await test.take(await sound('open-the-calculator', 1.5, 'beckett', 0.5));
    expect(payload).toMatchObject({ stop_reason: 'source_ended' });
  });

  it('TAK74 is cancelled when nobody speaks, and that is told (upstream defect 20)', async () => {
    await using test = await studio({ isDeaf: true });
    const { type, payload } = await test.take(await sound(6));
    expect([type, payload]).toEqual([
      'recording_cancelled',
      expect.objectContaining({ reason: 'no_speech' }),
    ]);
    expect(await test.client.call('get_recording_state')).toMatchObject({ state: 'idle' });
    expect(test.heard.events.map(({ type }) => type)).not.toContain('transcription_started');
    // The next one is heard as ever.
    const next = await test.take(await sound('open-the-calculator', 3));
    expect(next.payload).toMatchObject({ stop_reason: 'silence' });
  });

  it('TAK75 a take whose listener dies ends by key, that is told, and the next ends by silence again', async () => {
    await using test = await studio({ isDeaf: true });
    const { client, heard } = test;
    await test.take(await sound('open-the-calculator', 3));
    const killed = test.take(await sound('open-the-calculator', 3, 'open-the-calculator'), '');
    await eventually(() => heard.events.filter(({ type }) => type === 'recording_started').length === 2);
    for (const pid of childrenWith('speech-main')) process.kill(pid, 'SIGKILL');
    await heard.first(({ payload }) => payload['warning'] === 'silence_unnoticed');
    expect((await killed).payload).toMatchObject({ stop_reason: 'source_ended' });
    const after = await test.take(await sound('open-the-calculator', 3));
    expect(after.payload).toMatchObject({ stop_reason: 'silence' });
    await client.command('save_setting', { key: 'dictation.silenceStop', value: false });
    const off = await test.take(await sound('open-the-calculator', 3));
    expect(off.payload).toMatchObject({ stop_reason: 'source_ended' });
  });
});

describeWithModel('a take that ends by silence, heard', () => {
  it('TAK73 passes the dictionary and the voice commands, and is stored (upstream defect 19)', async () => {
    await using test = await studio();
    const { client, heard, take, rows } = test;
    await client.command('add_dictionary_entry', { trigger: 'brb', replacement: 'ada@example.org' });
    await client.command('add_voice_command', {
      phrase: 'open the {thing}',
      action_type: 'open_app',
      action_payload: { app: '{thing}' },
    });
    const ends = [
      await take(await sound('my-email-address-is-brb', 3, 'beckett')),
      await take(await sound('open-the-calculator', 3, 'beckett')),
    ];
    expect(ends.map(({ payload }) => payload['stop_reason'])).toEqual(['silence', 'silence']);
    const matched = await heard.first(({ type }) => type === 'command_matched');
    expect(matched.payload).toMatchObject({ parameters: { thing: 'calculator' } });
    await eventually(async () => (await rows()).every(({ status }) => status === 'completed'));
    expect((await rows()).map(({ transcription }) => String(transcription)).toSorted()).toEqual([
      'My email address is ada@example.org.',
      'Open the calculator.',
    ]);
  });
});
