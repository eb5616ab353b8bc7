import {
  DeleteDictionaryEntry,
  DeleteDictionaryEntryHandler,
} from '../../../src/commands/dictionary/delete-dictionary-entry.ts';
import { DeleteSetting, DeleteSettingHandler } from '../../../src/commands/settings/delete-setting.ts';
import { SaveSetting, SaveSettingHandler } from '../../../src/commands/settings/save-setting.ts';
import { SaveSettings, SaveSettingsHandler } from '../../../src/commands/settings/save-settings.ts';
import {
  DeleteVoiceCommand,
  DeleteVoiceCommandHandler,
} from '../../../src/commands/voice-commands/delete-voice-command.ts';
import {
  SetVoiceCommandEnabled,
  SetVoiceCommandEnabledHandler,
} from '../../../src/commands/voice-commands/set-voice-command-enabled.ts';
import {
  DeleteWindowContext,
  DeleteWindowContextHandler,
} from '../../../src/commands/window-contexts/delete-window-context.ts';
import { RecordingLedger, toMessage } from './support.ts';

const COMMAND_ID = '0c9d1c4e-6a0e-4c1e-9a3e-0d8b1b7a2f10';
const ledger = new RecordingLedger();

describe('settings', () => {
  it('CM5 a value goes to its reducer as JSON text', async () => {
    await new SaveSettingHandler(ledger).execute(
      toMessage(SaveSetting, { key: 'a', value: { b: [1, null] } }),
    );
    expect(ledger.last).toMatchObject({
      reducer: 'save_setting',
      args: { key: 'a', value: '{"b":[1,null]}', expected_seq: null },
    });
    await new SaveSettingHandler(ledger).execute(toMessage(SaveSetting, { key: 'a', value: null }));
    expect(ledger.last.args['value']).toBe('null');
  });

  it('CM5 several values go together', async () => {
    const values = JSON.parse('{"a": 1, "__proto__": "x"}') as Record<string, unknown>;
    await new SaveSettingsHandler(ledger).execute(toMessage(SaveSettings, { values }));
    expect(ledger.last).toMatchObject({
      reducer: 'save_settings',
      args: {
        values: [
          { key: 'a', value: '1' },
          { key: '__proto__', value: '"x"' },
        ],
      },
    });
  });
});

it('CM8 command_id, wait_ms and expected_seq go along', async () => {
  const frame = { command_id: COMMAND_ID, wait_ms: 0, expected_seq: 12, timeout_ms: 100 };
  await new DeleteSettingHandler(ledger).execute(toMessage(DeleteSetting, { key: 'a', ...frame }));
  expect(ledger.last).toEqual({
    reducer: 'delete_setting',
    command_id: COMMAND_ID,
    wait_ms: 0,
    args: { key: 'a', expected_seq: 12 },
  });
});

it('CM8 null counts as absent', async () => {
  const frame = { command_id: null, wait_ms: null, expected_seq: null, timeout_ms: null };
  await new DeleteVoiceCommandHandler(ledger).execute(toMessage(DeleteVoiceCommand, { id: 3, ...frame }));
  expect(ledger.last).toEqual({
    reducer: 'delete_voice_command',
    command_id: undefined,
    wait_ms: undefined,
    args: { id: 3, expected_seq: null },
  });
});

it('CM8 each deletion and switch goes to its own reducer', async () => {
  await new DeleteDictionaryEntryHandler(ledger).execute(toMessage(DeleteDictionaryEntry, { id: 3 }));
  expect(ledger.last).toMatchObject({
    reducer: 'delete_dictionary_entry',
    args: { id: 3, expected_seq: null },
  });
  await new DeleteWindowContextHandler(ledger).execute(toMessage(DeleteWindowContext, { id: 3 }));
  expect(ledger.last).toMatchObject({
    reducer: 'delete_window_context',
    args: { id: 3, expected_seq: null },
  });
  const off = toMessage(SetVoiceCommandEnabled, { id: 3, enabled: false, expected_seq: 0 });
  await new SetVoiceCommandEnabledHandler(ledger).execute(off);
  expect(ledger.last).toMatchObject({
    reducer: 'set_voice_command_enabled',
    args: { id: 3, enabled: false, expected_seq: 0 },
  });
});
