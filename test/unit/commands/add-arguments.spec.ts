import { resolve } from 'node:path';
import {
  AddDictionaryEntry,
  AddDictionaryEntryHandler,
} from '../../../src/commands/dictionary/add-dictionary-entry.ts';
import { AddRecording, AddRecordingHandler } from '../../../src/commands/recordings/add-recording.ts';
import {
  AddVoiceCommand,
  AddVoiceCommandHandler,
} from '../../../src/commands/voice-commands/add-voice-command.ts';
import {
  AddWindowContext,
  AddWindowContextHandler,
} from '../../../src/commands/window-contexts/add-window-context.ts';
import { BeginTake, BeginTakeHandler } from '../../../src/commands/recordings/begin-take.ts';
import { logOf, RecordingLedger, toMessage } from './support.ts';
import { inspected, wav } from './wav.ts';

const ledger = new RecordingLedger();
const addRecording = (params: object) =>
  new AddRecordingHandler(ledger, wav, logOf('recording_added', '/a.wav')).execute(
    toMessage(AddRecording, params),
  );

describe('a recording that is added again after its file went', () => {
  const command_id = '1b4e28ba-2fa1-41d2-883f-0016d3cca427';
  const receipt = {
    command_id,
    first_seq: 4,
    last_seq: 4,
    result: { id: 9 },
    created_at: '2026-05-01T08:00:00.000Z',
  };
  const again = (added: string, known: typeof receipt | undefined) => {
    const forgetful = new RecordingLedger();
    forgetful.receipt = known;
    const handler = new AddRecordingHandler(forgetful, wav, logOf('recording_added', added));
    return handler.execute(toMessage(AddRecording, { file_path: '/gone.mp3', command_id }));
  };

  it('CM23 is answered as the first time', async () => {
    expect(await again('/gone.mp3', receipt)).toEqual({
      status: 'applied',
      command_id,
      seq: 4,
      result: { id: 9 },
    });
  });

  it('CM23 is refused when the id belongs to another file, or to no command at all', async () => {
    await expect(again('/other.mp3', receipt)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(again('/gone.mp3', undefined)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('add commands', () => {
  it('CM7 a dictionary entry', async () => {
    const message = toMessage(AddDictionaryEntry, {
      trigger: 'brb',
      replacement: 'be right back',
      enabled: null,
    });
    await new AddDictionaryEntryHandler(ledger).execute(message);
    expect(ledger.last).toMatchObject({
      reducer: 'add_dictionary_entry',
      args: {
        entry: {
          trigger: 'brb',
          replacement: 'be right back',
          enabled: true,
          suffix: null,
          disable_suffix: false,
          auto_enter: false,
          complete_match_only: false,
        },
      },
    });
    expect(ledger.last.args).not.toHaveProperty('expected_seq');
  });

  it('CM7 a voice command', async () => {
    const message = toMessage(AddVoiceCommand, { phrase: 'stop', action_type: 'custom' });
    await new AddVoiceCommandHandler(ledger).execute(message);
    expect(ledger.last).toMatchObject({
      reducer: 'add_voice_command',
      args: { voice_command: { phrase: 'stop', action_type: 'custom', action_payload: '{}', enabled: true } },
    });
  });

  it('CM7 a window context', async () => {
    const message = toMessage(AddWindowContext, { name: 'Mail', app_name: 'Thunderbird' });
    await new AddWindowContextHandler(ledger).execute(message);
    expect(ledger.last).toMatchObject({
      reducer: 'add_window_context',
      args: {
        window_context: {
          name: 'Mail',
          app_name: 'Thunderbird',
          title_pattern: null,
          enabled: true,
          priority: 0,
          dictionary_mode: 'merge',
          command_mode: 'merge',
          dictionary_entry_ids: [],
          voice_command_ids: [],
        },
      },
    });
  });

  it('CM9 a recording takes from the header what is absent', async () => {
    await addRecording({ file_path: '/r/a.wav' });
    expect(ledger.last.args['recording']).toMatchObject({ duration_ms: 1234, sample_rate: 16_000 });
    await addRecording({ file_path: '/r/a.wav', duration_ms: 5, sample_rate: 8_000 });
    expect(ledger.last.args['recording']).toMatchObject({ duration_ms: 5, sample_rate: 8_000 });
  });

  it('CM9 the file must be a WAV file even when nothing is left to read', async () => {
    const before = ledger.submissions.length;
    await expect(
      addRecording({ file_path: '/r/a.mp3', duration_ms: 5, sample_rate: 8_000 }),
    ).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      details: { field: 'file_path' },
    });
    expect(ledger.submissions).toHaveLength(before);
  });

  it('CM12 the path is stored normalised', async () => {
    await addRecording({ file_path: '/r/./x/..//a.wav' });
    expect(ledger.last.args['recording']).toMatchObject({ file_path: resolve('/r/a.wav') });
    expect(inspected.at(-1)).toBe(resolve('/r/a.wav'));
  });

  it('CM22 a recording with a transcription is completed, without one recorded', async () => {
    await addRecording({ file_path: '/r/a.wav', transcription: 'hello', transcription_model: 'tdt' });
    expect(ledger.last.args['recording']).toEqual({
      file_path: resolve('/r/a.wav'),
      duration_ms: 1234,
      sample_rate: 16_000,
      transcription: 'hello',
      transcription_model: 'tdt',
      status: 'completed',
      error: null,
      stop_reason: null,
      active_window_app: null,
      active_window_title: null,
      recovered: false,
    });
    await addRecording({ file_path: '/r/a.wav', transcription: null });
    expect(ledger.last.args['recording']).toMatchObject({ status: 'recorded', transcription: null });
  });
});

describe('a take of the service’s own', () => {
  it('TAK60 is added as a recording without text, with all that is known of it', async () => {
    const take = {
      file_path: '/recordings/a.wav',
      duration_ms: 0,
      sample_rate: 16_000,
      status: 'recording' as const,
      active_window_app: 'Mail',
      active_window_title: null,
      recovered: false,
    };
    const command_id = '1b4e28ba-2fa1-41d2-883f-0016d3cca428';
    await new BeginTakeHandler(ledger).execute(Object.assign(new BeginTake(), { ...take, command_id }));
    const empty = { transcription: null, transcription_model: null, error: null, stop_reason: null };
    expect(ledger.last).toMatchObject({
      reducer: 'add_recording',
      command_id,
      args: { recording: { ...take, ...empty } },
    });
  });
});
