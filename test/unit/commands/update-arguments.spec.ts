import { resolve } from 'node:path';
import {
  UpdateDictionaryEntry,
  UpdateDictionaryEntryHandler,
} from '../../../src/commands/dictionary/update-dictionary-entry.ts';
import {
  UpdateRecording,
  UpdateRecordingHandler,
} from '../../../src/commands/recordings/update-recording.ts';
import {
  UpdateVoiceCommand,
  UpdateVoiceCommandHandler,
} from '../../../src/commands/voice-commands/update-voice-command.ts';
import {
  UpdateWindowContext,
  UpdateWindowContextHandler,
} from '../../../src/commands/window-contexts/update-window-context.ts';
import { RecordingLedger, toMessage } from './support.ts';
import { inspected, wav } from './wav.ts';

const ledger = new RecordingLedger();
const updateRecording = (params: object) =>
  new UpdateRecordingHandler(ledger, wav).execute(toMessage(UpdateRecording, params));
const updateEntry = (params: object) =>
  new UpdateDictionaryEntryHandler(ledger).execute(toMessage(UpdateDictionaryEntry, params));
const UNCHANGED_ENTRY = {
  trigger: null,
  replacement: null,
  enabled: null,
  suffix: null,
  disable_suffix: null,
  auto_enter: null,
  complete_match_only: null,
  clear: [],
};

describe('update commands', () => {
  it('CM6 an absent field is null, which leaves it as it is', async () => {
    await updateEntry({ id: 4, trigger: 'omw' });
    expect(ledger.last).toMatchObject({
      reducer: 'update_dictionary_entry',
      args: { id: 4, changes: { ...UNCHANGED_ENTRY, trigger: 'omw' }, expected_seq: null },
    });
  });

  it('CM6 null is named in clear', async () => {
    await updateEntry({ id: 4, suffix: null, enabled: false });
    expect(ledger.last.args['changes']).toEqual({ ...UNCHANGED_ENTRY, enabled: false, clear: ['suffix'] });
  });

  it('CM6 a recording may be emptied of what is optional', async () => {
    await updateRecording({
      id: 4,
      transcription: null,
      error: null,
      status: 'recorded',
      file_path: '/x/../b.wav',
    });
    expect(ledger.last).toMatchObject({
      reducer: 'update_recording',
      args: {
        id: 4,
        changes: {
          file_path: resolve('/b.wav'),
          duration_ms: null,
          sample_rate: null,
          transcription: null,
          transcription_model: null,
          status: 'recorded',
          error: null,
          stop_reason: null,
          active_window_app: null,
          active_window_title: null,
          recovered: null,
          clear: ['transcription', 'error'],
        },
      },
    });
  });

  it('CM9 a recording moves only to a WAV file', async () => {
    const before = ledger.submissions.length;
    await expect(updateRecording({ id: 4, file_path: '/b.mp3' })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    expect(ledger.submissions).toHaveLength(before);
    inspected.length = 0;
    await updateRecording({ id: 4, status: 'failed' });
    expect(inspected).toEqual([]);
  });

  it('CM6 a window context', async () => {
    const message = toMessage(UpdateWindowContext, {
      id: 2,
      title_pattern: null,
      voice_command_ids: [],
      priority: -3,
    });
    await new UpdateWindowContextHandler(ledger).execute(message);
    expect(ledger.last).toMatchObject({
      reducer: 'update_window_context',
      args: {
        id: 2,
        changes: {
          name: null,
          app_name: null,
          title_pattern: null,
          enabled: null,
          priority: -3,
          dictionary_mode: null,
          command_mode: null,
          dictionary_entry_ids: null,
          voice_command_ids: [],
          clear: ['title_pattern'],
        },
      },
    });
  });

  it('CM6 a voice command has nothing to empty', async () => {
    const message = toMessage(UpdateVoiceCommand, { id: 2, action_payload: { app: 'Mail' } });
    await new UpdateVoiceCommandHandler(ledger).execute(message);
    expect(ledger.last.args['changes']).toEqual({
      phrase: null,
      action_type: null,
      action_payload: '{"app":"Mail"}',
      enabled: null,
    });
    await new UpdateVoiceCommandHandler(ledger).execute(
      toMessage(UpdateVoiceCommand, { id: 2, phrase: 'stop' }),
    );
    expect(ledger.last.args['changes']).toMatchObject({ phrase: 'stop', action_payload: null });
  });
});
