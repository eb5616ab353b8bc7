import type { Type } from '@nestjs/common';
import { AddDictionaryEntry } from '../../../src/commands/dictionary/add-dictionary-entry.ts';
import { DeleteDictionaryEntry } from '../../../src/commands/dictionary/delete-dictionary-entry.ts';
import { UpdateDictionaryEntry } from '../../../src/commands/dictionary/update-dictionary-entry.ts';
import { AddRecording } from '../../../src/commands/recordings/add-recording.ts';
import { CreateBackup } from '../../../src/commands/backups/create-backup.ts';
import { DropCommand } from '../../../src/commands/queue/drop-command.ts';
import { RetryCommand } from '../../../src/commands/queue/retry-command.ts';
import { DeleteRecording } from '../../../src/commands/recordings/delete-recording.ts';
import { UpdateRecording } from '../../../src/commands/recordings/update-recording.ts';
import { DeleteSetting } from '../../../src/commands/settings/delete-setting.ts';
import { SaveSetting } from '../../../src/commands/settings/save-setting.ts';
import { SaveSettings } from '../../../src/commands/settings/save-settings.ts';
import { AddVoiceCommand } from '../../../src/commands/voice-commands/add-voice-command.ts';
import { DeleteVoiceCommand } from '../../../src/commands/voice-commands/delete-voice-command.ts';
import { SetVoiceCommandEnabled } from '../../../src/commands/voice-commands/set-voice-command-enabled.ts';
import { UpdateVoiceCommand } from '../../../src/commands/voice-commands/update-voice-command.ts';
import { AddWindowContext } from '../../../src/commands/window-contexts/add-window-context.ts';
import { DeleteWindowContext } from '../../../src/commands/window-contexts/delete-window-context.ts';
import { ReportActiveWindow } from '../../../src/commands/window-contexts/report-active-window.ts';
import { UpdateWindowContext } from '../../../src/commands/window-contexts/update-window-context.ts';

export type Params = Record<string, unknown>;
/** What is wrong (over the good params) → the field that the refusal names. */
type Wrong = [Params, string][];

export const long = (count: number): string => 'x'.repeat(count);
const ids = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
const notAnId: Wrong = [0, -1, 1.5, '1', null, 2 ** 53, NaN, [], undefined].map((id) => [{ id }, 'id']);

/** Every command with params that pass, and what is wrong with others. */
export const TABLE: [Type<object>, Params, Wrong][] = [
  [
    RetryCommand,
    { command_id: '0c9d1c4e-6a0e-4c1e-9a3e-0d8b1b7a2f10' },
    [
      [{ command_id: 'mine' }, 'command_id'],
      [{ command_id: undefined }, 'command_id'],
      [{ wait_ms: 60_001 }, 'wait_ms'],
    ],
  ],
  [
    DropCommand,
    { command_id: '0c9d1c4e-6a0e-4c1e-9a3e-0d8b1b7a2f10' },
    [
      [{ command_id: null }, 'command_id'],
      [{ command_id: '1' }, 'command_id'],
    ],
  ],
  [
    CreateBackup,
    { file: '/media/stick/heycat.backup' },
    [
      [{ file: 'heycat.backup' }, 'file'],
      [{ file: 7 }, 'file'],
      [{ timeout_ms: -1 }, 'timeout_ms'],
      [{ signal: {} }, 'signal'],
    ],
  ],
  [
    AddRecording,
    { file_path: '/a.wav' },
    [
      [{ file_path: undefined }, 'file_path'],
      [{ file_path: 'a.wav' }, 'file_path'],
      [{ file_path: '' }, 'file_path'],
      [{ file_path: '/a\0.wav' }, 'file_path'],
      [{ file_path: `/${long(4096)}` }, 'file_path'],
      [{ file_path: 7 }, 'file_path'],
      [{ duration_ms: -1 }, 'duration_ms'],
      [{ duration_ms: 2 ** 53 }, 'duration_ms'],
      [{ sample_rate: 0 }, 'sample_rate'],
      [{ sample_rate: 768_001 }, 'sample_rate'],
      [{ transcription: 5 }, 'transcription'],
      [{ transcription_model: long(257) }, 'transcription_model'],
      [{ command_id: 'mine' }, 'command_id'],
      [{ wait_ms: 60_001 }, 'wait_ms'],
      [{ wait_ms: '2000' }, 'wait_ms'],
      [{ expected_seq: 4 }, 'expected_seq'],
    ],
  ],
  [
    UpdateRecording,
    { id: 1, transcription: 'so' },
    [
      ...notAnId,
      [{ file_path: 'a.wav' }, 'file_path'],
      [{ file_path: null }, 'file_path'],
      [{ duration_ms: null }, 'duration_ms'],
      [{ sample_rate: 0 }, 'sample_rate'],
      [{ transcription: {} }, 'transcription'],
      [{ status: 'gone' }, 'status'],
      [{ status: null }, 'status'],
      [{ error: long(4097) }, 'error'],
      [{ stop_reason: long(257) }, 'stop_reason'],
      [{ active_window_app: long(1025) }, 'active_window_app'],
      [{ active_window_title: long(4097) }, 'active_window_title'],
      [{ recovered: 'yes' }, 'recovered'],
      [{ expected_seq: -1 }, 'expected_seq'],
    ],
  ],
  [DeleteRecording, { id: 1 }, [...notAnId, [{ delete_file: 1 }, 'delete_file']]],
  [
    SaveSetting,
    { key: 'a', value: null },
    [
      [{ key: '' }, 'key'],
      [{ key: '  ' }, 'key'],
      [{ key: long(129) }, 'key'],
      [{ key: undefined }, 'key'],
      [{ value: undefined }, 'value'],
    ],
  ],
  [
    SaveSettings,
    { values: { a: 1 } },
    [
      [{ values: {} }, 'values'],
      [{ values: [] }, 'values'],
      [{ values: 'a' }, 'values'],
      [{ values: null }, 'values'],
      [{ values: { '': 1 } }, 'values'],
      [{ values: { [long(129)]: 1 } }, 'values'],
      [{ values: Object.fromEntries(ids(1001).map((id) => [id, 1])) }, 'values'],
    ],
  ],
  [DeleteSetting, { key: 'a' }, [[{ key: 5 }, 'key']]],
  [
    AddDictionaryEntry,
    { trigger: 'brb', replacement: 'be right back' },
    [
      [{ trigger: ' ' }, 'trigger'],
      [{ trigger: long(257) }, 'trigger'],
      [{ trigger: '\ud83d' }, 'trigger'],
      [{ replacement: undefined }, 'replacement'],
      [{ enabled: 'true' }, 'enabled'],
      [{ suffix: '......' }, 'suffix'],
      [{ disable_suffix: 1 }, 'disable_suffix'],
      [{ auto_enter: 'no' }, 'auto_enter'],
      [{ complete_match_only: 0 }, 'complete_match_only'],
    ],
  ],
  [
    UpdateDictionaryEntry,
    { id: 1, suffix: null },
    [
      ...notAnId,
      [{ trigger: null }, 'trigger'],
      [{ replacement: null }, 'replacement'],
      [{ enabled: null }, 'enabled'],
      [{ suffix: '......' }, 'suffix'],
      [{ disable_suffix: null }, 'disable_suffix'],
      [{ auto_enter: null }, 'auto_enter'],
      [{ complete_match_only: null }, 'complete_match_only'],
    ],
  ],
  [DeleteDictionaryEntry, { id: 1 }, notAnId],
  [
    AddVoiceCommand,
    { phrase: 'open {app}', action_type: 'open_app' },
    [
      [{ phrase: '' }, 'phrase'],
      [{ phrase: long(257) }, 'phrase'],
      [{ action_type: 'run' }, 'action_type'],
      [{ action_type: undefined }, 'action_type'],
      [{ enabled: 1 }, 'enabled'],
    ],
  ],
  [
    UpdateVoiceCommand,
    { id: 1, enabled: false },
    [
      ...notAnId,
      [{ phrase: null }, 'phrase'],
      [{ action_type: null }, 'action_type'],
      [{ action_payload: null }, 'action_payload'],
      [{ enabled: null }, 'enabled'],
    ],
  ],
  [DeleteVoiceCommand, { id: 1 }, notAnId],
  [SetVoiceCommandEnabled, { id: 1, enabled: true }, [...notAnId, [{ enabled: undefined }, 'enabled']]],
  [
    AddWindowContext,
    { name: 'Mail', app_name: 'Thunderbird' },
    [
      [{ name: '' }, 'name'],
      [{ name: long(257) }, 'name'],
      [{ app_name: undefined }, 'app_name'],
      [{ title_pattern: '(' }, 'title_pattern'],
      [{ title_pattern: long(1025) }, 'title_pattern'],
      [{ enabled: 'on' }, 'enabled'],
      [{ priority: 2 ** 31 }, 'priority'],
      [{ priority: 0.5 }, 'priority'],
      [{ dictionary_mode: 'add' }, 'dictionary_mode'],
      [{ command_mode: 'add' }, 'command_mode'],
      [{ dictionary_entry_ids: ids(1001) }, 'dictionary_entry_ids'],
      [{ dictionary_entry_ids: [1, 1] }, 'dictionary_entry_ids'],
      [{ dictionary_entry_ids: [0] }, 'dictionary_entry_ids'],
      [{ voice_command_ids: 3 }, 'voice_command_ids'],
    ],
  ],
  [
    UpdateWindowContext,
    { id: 1, title_pattern: null },
    [
      ...notAnId,
      [{ name: null }, 'name'],
      [{ app_name: null }, 'app_name'],
      [{ title_pattern: '\\p{Nope}' }, 'title_pattern'],
      [{ enabled: null }, 'enabled'],
      [{ priority: null }, 'priority'],
      [{ dictionary_mode: null }, 'dictionary_mode'],
      [{ command_mode: null }, 'command_mode'],
      [{ dictionary_entry_ids: null }, 'dictionary_entry_ids'],
      [{ voice_command_ids: [1, null] }, 'voice_command_ids'],
    ],
  ],
  [DeleteWindowContext, { id: 1 }, notAnId],
  [
    ReportActiveWindow,
    { app_name: 'Terminal', title: 'zsh', pid: 3 },
    [
      [{ app_name: '' }, 'app_name'],
      [{ title: 5 }, 'title'],
      [{ pid: -1 }, 'pid'],
    ],
  ],
];
