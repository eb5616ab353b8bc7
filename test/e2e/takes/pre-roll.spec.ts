import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecordingRow } from '../../../src/events/rows.ts';
import { SourceMicrophone } from '../../../src/infra/voice/microphone/source-microphone.ts';
import { FakeSource } from '../../support/fake-source.ts';
import { eventually, startService } from '../../support/service.ts';
import { testRecogniser } from '../../support/speech.ts';
import { samplesOf } from '../../support/wav.ts';

const counted = (from: number, length: number) => Array.from({ length }, (_, i) => from + i);

it('TAK76 a take begins with the half second before its key, and the setting holds at once', async () => {
  const source = new FakeSource();
  source.present.add(null);
  const host = {
    microphone: new SourceMicrophone(() => source),
    recogniser: testRecogniser({}, '/nowhere').recogniser,
  };
  await using service = await startService('embedded', { host });
  const client = await service.connect();
  const heard = await service.hear();
  const preRoll = (value: boolean) => client.command('save_setting', { key: 'dictation.preRoll', value });
  const types = () => heard.events.map(({ type }) => type).filter((type) => type.startsWith('recording_'));
  const rows = async () => (await client.call<{ recordings: RecordingRow[] }>('list_recordings')).recordings;

  await preRoll(true);
  await eventually(() => source.opened.length === 1);
  for (let at = 0; at < 20_000; at += 400) source.give(...counted(at, 400));
  expect(await client.call('get_recording_state')).toMatchObject({ state: 'idle', take: null });
  expect([types(), await readdir(join(service.dataDir, 'recordings'))]).toEqual([[], []]);

  await client.command('start_recording', {});
  expect(await client.call('get_recording_state')).toMatchObject({ phase: 'starting', recorded_ms: null });
  expect(types()).toEqual([]);
  source.give(...counted(20_000, 1_600));
  await heard.first(({ type }) => type === 'recording_started');
  await client.command('stop_recording', {});
  await eventually(async () => (await rows())[0]?.duration_ms === 600);
  const samples = await samplesOf((await rows())[0]!.file_path);
  expect(Array.from(samples, (sample) => Math.round(sample * 2 ** 15))).toEqual(counted(12_000, 9_600));
  expect([source.opened, source.stopped]).toEqual([[null], 0]);

  source.give(...counted(0, 8_000));
  await preRoll(false);
  await eventually(() => source.stopped === 1);
  await client.command('start_recording', {});
  source.give(...counted(0, 1_600));
  await client.command('stop_recording', {});
  await eventually(() => source.stopped === 2);
  await eventually(async () => (await rows()).some(({ duration_ms }) => duration_ms === 100));
  expect(source.opened).toEqual([null, null]);
});

it('TAK76 a device that cannot be kept open is told once, and one that is chosen instead is opened at once', async () => {
  const source = new FakeSource();
  const microphone = new SourceMicrophone(() => source);
  await using service = await startService('embedded', { host: { microphone } });
  const client = await service.connect();
  const heard = await service.hear();
  await client.command('save_setting', { key: 'dictation.preRoll', value: true });
  const { payload } = await heard.first(({ type }) => type === 'audio_device_error');
  expect(payload).toMatchObject({ type: 'not_kept_open' });
  await client.command('save_setting', { key: 'theme', value: 'dark' });
  await eventually(() => source.opened.length === 2);
  source.present.add('usb');
  await client.command('save_setting', { key: 'audio.selectedDevice', value: 'usb' });
  await eventually(() => source.opened.at(-1) === 'usb');
  expect(heard.events.filter(({ type }) => type === 'audio_device_error')).toHaveLength(1);
});
