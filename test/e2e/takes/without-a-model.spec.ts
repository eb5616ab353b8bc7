import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecordingRow } from '../../../src/events/rows.ts';
import type { HeycatClient } from '../../../src/infra/ipc/client/client.ts';
import { FakeHotkeys } from '../../support/fake-hotkeys.ts';
import { codeOf, eventually, startService } from '../../support/service.ts';
import { fixture, testRecogniser, type Fixture } from '../../support/speech.ts';

const spoken = (name: Fixture) => `file:${fixture(name)}`;
const fast = (name: Fixture) => `${spoken(name)}?fast`;

describe('a take without a model', () => {
  const deaf = () => testRecogniser({}, '/nowhere').recogniser;

  it('TAK66 is kept as recorded, and everything else works', async () => {
    await using service = await startService('embedded', { host: { recogniser: deaf() } });
    const client = await service.connect();
    const heard = await service.hear();
    await client.command('start_recording', { device: fast('open-the-calculator') });
    const { payload } = await heard.first(({ type }) => type === 'transcription_error');
    expect(payload).toMatchObject({ code: 'MODEL_MISSING' });
    await eventually(async () => (await onlyRow(client))?.status === 'recorded');
    expect(await onlyRow(client)).toMatchObject({ duration_ms: 1_776, error: null });
  });

  it('TAK67 a second start is BUSY, a stop without a take NOT_FOUND, an unknown microphone DEVICE_UNAVAILABLE', async () => {
    await using service = await startService('embedded', { host: { recogniser: deaf() } });
    const client = await service.connect();
    expect(await codeOf(client.command('stop_recording', {}))).toBe('NOT_FOUND');
    expect(await codeOf(client.command('start_recording', { device: 'file:/no/such.wav' }))).toBe(
      'DEVICE_UNAVAILABLE',
    );
    await client.command('start_recording', { device: spoken('beckett') });
    expect(await codeOf(client.command('start_recording', { device: spoken('beckett') }))).toBe('BUSY');
    const { result } = await client.call<{ result: Record<string, unknown> }>('stop_recording');
    expect(result).toMatchObject({ state: 'idle', stop_reason: 'user' });
    const { size } = await stat(String(result['file_path']));
    expect(size).toBeGreaterThan(44 + 0.3 * 32_000);
  });

  it('TAK71 a key that is held records while it is, and one that is tapped twice toggles', async () => {
    await using service = await startService('embedded', { host: { recogniser: deaf() } });
    const client = await service.connect();
    const heard = await service.hear();
    const stops = () => heard.events.filter(({ type }) => type === 'recording_stopped').length;
    const settings = { 'audio.selectedDevice': spoken('beckett'), 'shortcuts.recordingMode': 'push-to-talk' };
    await client.command('save_settings', { values: settings });
    await client.command('press_hotkey', {});
    await heard.first(({ type }) => type === 'recording_started');
    await client.command('release_hotkey', {});
    await eventually(() => stops() === 1);
    await client.command('save_setting', { key: 'shortcuts.recordingMode', value: 'hybrid' });
    for (const at of [0, 60]) await client.command(at === 0 ? 'press_hotkey' : 'release_hotkey', {});
    await eventually(() => heard.events.filter(({ type }) => type === 'recording_started').length === 2);
    expect(await client.call('get_recording_state')).toMatchObject({ state: 'recording', mode: 'hybrid' });
    await client.command('toggle_recording', {});
    await eventually(() => stops() === 2);
  });

  it('TAK78 a key that is changed in the settings holds at once, in push-to-talk too (upstream defect 7)', async () => {
    const hotkeys = new FakeHotkeys();
    await using service = await startService('embedded', { host: { recogniser: deaf(), hotkeys } });
    const client = await service.connect();
    const heard = await service.hear();
    const ends = () => heard.events.filter(({ type }) => type === 'recording_stopped');
    const settings = { 'audio.selectedDevice': spoken('beckett'), 'shortcuts.recordingMode': 'push-to-talk' };
    await client.command('save_settings', { values: settings });
    for (const [take, value] of ['ctrl+shift+r', 'ctrl+shift+d', 'f9'].entries()) {
      await client.command('save_setting', { key: 'hotkey.recordingShortcut', value });
      await eventually(() => hotkeys.combination === value);
      hotkeys.move('press');
      await heard.first(({ type, payload }) => type === 'recording_started' && payload['take'] === take + 1);
      hotkeys.move('release');
      await eventually(() => ends().length === take + 1);
    }
    expect(ends().map(({ payload }) => payload['stop_reason'])).toEqual(['user', 'user', 'user']);
    await client.command('delete_setting', { key: 'hotkey.recordingShortcut' });
    await eventually(() => hotkeys.combination === undefined);
  });

  it('TAK68 a cancelled take leaves nothing when it was short, and its sound when it was not', async () => {
    await using service = await startService('embedded', { host: { recogniser: deaf() } });
    const client = await service.connect();
    const heard = await service.hear();
    await client.command('start_recording', { device: spoken('beckett') });
    await heard.first(({ type }) => type === 'recording_started');
    await client.command('cancel_recording', {});
    await eventually(async () => (await readdir(join(service.dataDir, 'recordings'))).length === 0);
    expect((await client.call<{ total_count: number }>('list_recordings')).total_count).toBe(0);
    await client.command('start_recording', { device: spoken('beckett') });
    await eventually(
      async () => (await client.call<{ recorded_ms: number }>('get_recording_state')).recorded_ms > 1_100,
    );
    await client.command('cancel_recording', {});
    await eventually(async () => (await onlyRow(client))?.status === 'recorded');
    expect(await onlyRow(client)).toMatchObject({ stop_reason: 'cancelled', transcription: null });
    expect(heard.events.map(({ type }) => type)).not.toContain('transcription_started');
  });
});

async function onlyRow(client: HeycatClient): Promise<RecordingRow | undefined> {
  const { recordings } = await client.call<{ recordings: RecordingRow[] }>('list_recordings');
  return recordings[0];
}
