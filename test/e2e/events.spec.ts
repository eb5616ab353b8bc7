import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Recogniser, type PartialListener, type Transcript } from '../../src/dictation/ports/recogniser.ts';
import { HeycatError } from '../../src/errors.ts';
import type { HeycatClient } from '../../src/infra/ipc/client/client.ts';
import { SourceMicrophone } from '../../src/infra/voice/microphone/source-microphone.ts';
import { ClockWatch } from '../../src/infra/process/clock/clock-watch.ts';
import { FakeHotkeys } from '../support/fake-hotkeys.ts';
import { FakeSource } from '../support/fake-source.ts';
import { Published } from '../support/published.ts';
import { codeOf, eventually, startService, type Heard, type TestService } from '../support/service.ts';
import { tempFolder, type TempFolder } from '../support/temp-folder.ts';
import { dictionary } from './command-cases/dictionary.ts';
import { recordings } from './command-cases/recordings.ts';
import { settings } from './command-cases/settings.ts';
import { voiceCommands } from './command-cases/voice-commands.ts';
import { windowContexts } from './command-cases/window-contexts.ts';

const COMMANDS = [...recordings, ...settings, ...dictionary, ...voiceCommands, ...windowContexts];
const HOUR = 3_600_000;

/** Hears what a test says, or fails. */
class ScriptedRecogniser extends Recogniser {
  text: string | undefined;

  override async transcribe(_: object, partial?: PartialListener): Promise<Transcript> {
    if (this.text === undefined) throw new HeycatError('INTERNAL', 'The model cannot be run.');
    partial?.(this.text);
    return { text: this.text, model: 'scripted', language: 'en', audio_ms: 100.5, decode_ms: 1.5 };
  }
  override check = (): Promise<void> => Promise.resolve();
  override prepare = (): Promise<void> => Promise.resolve();
  override close = (): Promise<void> => Promise.resolve();
}

class RefusedHotkeys extends FakeHotkeys {
  override register(): Promise<void> {
    return Promise.reject(new HeycatError('DEVICE_UNAVAILABLE', 'The keys cannot be listened to.'));
  }
}

describe('the events of a service', () => {
  const source = new FakeSource();
  const recogniser = new ScriptedRecogniser();
  const { XDG_DATA_HOME } = process.env;
  let programs: TempFolder;
  let service: TestService;
  let client: HeycatClient;
  let heard: Heard;

  beforeAll(async () => {
    programs = await tempFolder();
    process.env['XDG_DATA_HOME'] = programs.path;
    source.present.add(null);
    const microphone = new SourceMicrophone(() => source);
    const host = { microphone, recogniser, hotkeys: new RefusedHotkeys() };
    service = await startService('embedded', { host });
    client = await service.connect();
    heard = await service.hear();
  });
  afterAll(async () => {
    if (XDG_DATA_HOME === undefined) delete process.env['XDG_DATA_HOME'];
    else process.env['XDG_DATA_HOME'] = XDG_DATA_HOME;
    await service[Symbol.asyncDispose]();
    await programs[Symbol.asyncDispose]();
  });

  const of = (type: string) => heard.events.filter((event) => event.type === type);
  const set = (key: string, value: unknown) => client.command('save_setting', { key, value });

  it('CM25 each type is published by a service, and is as `describe` says', async () => {
    for (const { method, prepare } of COMMANDS) {
      const { params } = await prepare({ call: (...call) => client.call(...call), dataDir: service.dataDir });
      await client.call(method, params);
    }
    await client.call('report_active_window', { app_name: 'Editor', title: 'notes.md', pid: 7 });
    await client.call('create_backup');
    await lostEngine();
    await problems();
    await takes();
    await clock();
    const unseen = service.described.events.filter((type) => of(type).length === 0);
    expect(unseen).toEqual([]);
  });

  /** Commands that come while the engine starts again are queued. */
  async function lostEngine(): Promise<void> {
    await service.crashEngine();
    for (const [method, params] of [
      ['save_setting', { key: 'theme', value: 'dark' }],
      ['delete_setting', { key: 'nowhere' }],
    ] as const) {
      expect(await client.call(method, { ...params, wait_ms: 0 })).toMatchObject({ status: 'queued' });
    }
    await heard.first(({ type }) => type === 'queued_command_applied');
    await heard.first(({ type }) => type === 'queued_command_failed');
    await eventually(() => of('connection_status').length >= 2 && of('sync_complete').length > 0);
  }

  async function problems(): Promise<void> {
    await set('hotkey.recordingShortcut', 'Ctrl+Alt+R');
    await set('audio.selectedDevice', 'nowhere');
    await set('dictation.preRoll', true);
    await heard.first(({ type }) => type === 'hotkey_error');
    await heard.first(({ type }) => type === 'audio_device_error');
    expect(await codeOf(client.call('start_recording'))).toBe('DEVICE_UNAVAILABLE');
    await client.call('save_settings', {
      values: { 'dictation.preRoll': false, 'audio.selectedDevice': '' },
    });
  }

  async function takes(): Promise<void> {
    await installed('Calculator');
    await set('actions.open_app', true);
    for (const phrase of ['open the {app}', 'close the door now', 'close the doors now']) {
      await client.call('add_voice_command', { phrase, action_type: 'open_app', action_payload: {} });
    }
    await say(undefined, 'transcription_error');
    await say('Open the calculator.', 'command_executed');
    await say('Open the nonsense.', 'command_failed');
    await say('Close the doorz now.', 'command_ambiguous');
    await client.call('start_recording');
    await client.call('cancel_recording');
    await heard.first(({ type }) => type === 'recording_cancelled');
  }

  /** An application that can be opened. */
  async function installed(name: string): Promise<void> {
    const program = join(programs.path, 'program');
    await writeFile(program, '#!/bin/sh\n');
    await chmod(program, 0o755);
    await mkdir(join(programs.path, 'applications'));
    const entry = `[Desktop Entry]\nType=Application\nName=${name}\nExec=${program}\n`;
    await writeFile(join(programs.path, 'applications', `${name}.desktop`), entry);
  }

  /** Records a take that is too loud, as which `text` is recognised. */
  async function say(text: string | undefined, end: string): Promise<void> {
    recogniser.text = text;
    const before = of(end).length;
    await client.call('start_recording');
    const loud = setInterval(() => source.give(...Array.from({ length: 800 }, () => 32_767)), 10);
    await eventually(
      async () => (await client.call<{ phase: string }>('get_recording_state')).phase === 'recording',
    );
    await client.call('stop_recording');
    clearInterval(loud);
    await eventually(() => of(end).length > before);
  }

  /** No test can let this computer sleep: the clocks are a script, and what is published is held against `describe`. */
  async function clock(): Promise<void> {
    const events = new Published();
    const clocks = { wall: 0, monotonic: 0, boot: 0 };
    const watch = new ClockWatch(events, { read: () => ({ ...clocks }), platform: 'linux' });
    watch.look();
    Object.assign(clocks, { wall: HOUR, boot: HOUR });
    watch.look();
    Object.assign(clocks, { wall: 0 });
    watch.look();
    for (const { type, payload } of events.events) {
      service.described.event({ type, payload: { ...payload } });
      heard.events.push({ type, payload: { ...payload }, subscription: 0, occurred_at: '' });
    }
  }

  it.each<[string, (payload: Record<string, unknown>) => void]>([
    ['that it does not know', (payload) => (payload['surprise'] = 1)],
    ['that is missing', (payload) => delete payload['text']],
    ['of another type', (payload) => (payload['recovered'] = 'no')],
    ['that it does not know, deep inside', ({ times }) => Object.assign(times as object, { surprise: 1 })],
  ])('CM25 an event with a field %s is not as described', async (_, change) => {
    const event = structuredClone(await heard.first(({ type }) => type === 'transcription_completed'));
    service.described.event(event);
    change(event.payload);
    expect(() => service.described.event(event)).toThrow('transcription_completed is not as described');
  });
});
