import type { Command, Query } from '@nestjs/cqrs';
import type { CreateBackup } from '../../../commands/backups/create-backup.ts';
import type { CancelRecording } from '../../../commands/takes/cancel-recording.ts';
import type { PressHotkey } from '../../../commands/takes/press-hotkey.ts';
import type { ReleaseHotkey } from '../../../commands/takes/release-hotkey.ts';
import type { ResolveAmbiguousCommand } from '../../../commands/takes/resolve-ambiguous-command.ts';
import type { StartRecording } from '../../../commands/takes/start-recording.ts';
import type { StopRecording } from '../../../commands/takes/stop-recording.ts';
import type { ToggleRecording } from '../../../commands/takes/toggle-recording.ts';
import type { TranscribeRecording } from '../../../commands/takes/transcribe-recording.ts';
import type { AddDictionaryEntry } from '../../../commands/dictionary/add-dictionary-entry.ts';
import type { DeleteDictionaryEntry } from '../../../commands/dictionary/delete-dictionary-entry.ts';
import type { UpdateDictionaryEntry } from '../../../commands/dictionary/update-dictionary-entry.ts';
import type { DropCommand } from '../../../commands/queue/drop-command.ts';
import type { RetryCommand } from '../../../commands/queue/retry-command.ts';
import type { AddRecording } from '../../../commands/recordings/add-recording.ts';
import type { DeleteRecording } from '../../../commands/recordings/delete-recording.ts';
import type { UpdateRecording } from '../../../commands/recordings/update-recording.ts';
import type { DeleteSetting } from '../../../commands/settings/delete-setting.ts';
import type { SaveSetting } from '../../../commands/settings/save-setting.ts';
import type { SaveSettings } from '../../../commands/settings/save-settings.ts';
import type { AddVoiceCommand } from '../../../commands/voice-commands/add-voice-command.ts';
import type { DeleteVoiceCommand } from '../../../commands/voice-commands/delete-voice-command.ts';
import type { SetVoiceCommandEnabled } from '../../../commands/voice-commands/set-voice-command-enabled.ts';
import type { UpdateVoiceCommand } from '../../../commands/voice-commands/update-voice-command.ts';
import type { AddWindowContext } from '../../../commands/window-contexts/add-window-context.ts';
import type { DeleteWindowContext } from '../../../commands/window-contexts/delete-window-context.ts';
import type { ReportActiveWindow } from '../../../commands/window-contexts/report-active-window.ts';
import type { UpdateWindowContext } from '../../../commands/window-contexts/update-window-context.ts';
import type { GetRecordingState } from '../../../queries/takes/get-recording-state.ts';
import type { ListDictionaryEntries } from '../../../queries/dictionary/list-dictionary-entries.ts';
import type { GetRecording } from '../../../queries/recordings/get-recording.ts';
import type { ListRecordings } from '../../../queries/recordings/list-recordings.ts';
import type { GetSettings } from '../../../queries/settings/get-settings.ts';
import type { Explain } from '../../../queries/system/explain.ts';
import type { GetCommand } from '../../../queries/system/get-command.ts';
import type { GetStatistics } from '../../../queries/system/get-statistics.ts';
import type { GetStatus } from '../../../queries/system/get-status.ts';
import type { ListAudioDevices } from '../../../queries/system/list-audio-devices.ts';
import type { ListModels } from '../../../queries/system/list-models.ts';
import type { ListQueue } from '../../../queries/system/list-queue.ts';
import type { ReadEvents } from '../../../queries/system/read-events.ts';
import type { GetVoiceCommands } from '../../../queries/voice-commands/get-voice-commands.ts';
import type { ListWindowContexts } from '../../../queries/window-contexts/list-window-contexts.ts';

/** The message behind each method of the socket; `heycat call describe` tells the same at run time. */
export interface Methods {
  add_dictionary_entry: AddDictionaryEntry;
  update_dictionary_entry: UpdateDictionaryEntry;
  delete_dictionary_entry: DeleteDictionaryEntry;
  list_dictionary_entries: ListDictionaryEntries;
  add_recording: AddRecording;
  update_recording: UpdateRecording;
  delete_recording: DeleteRecording;
  list_recordings: ListRecordings;
  get_recording: GetRecording;
  cancel_recording: CancelRecording;
  press_hotkey: PressHotkey;
  release_hotkey: ReleaseHotkey;
  resolve_ambiguous_command: ResolveAmbiguousCommand;
  start_recording: StartRecording;
  stop_recording: StopRecording;
  toggle_recording: ToggleRecording;
  transcribe_recording: TranscribeRecording;
  get_recording_state: GetRecordingState;
  save_setting: SaveSetting;
  update_setting: SaveSetting;
  save_settings: SaveSettings;
  delete_setting: DeleteSetting;
  get_settings: GetSettings;
  get_status: GetStatus;
  get_statistics: GetStatistics;
  read_events: ReadEvents;
  get_command: GetCommand;
  list_queue: ListQueue;
  list_audio_devices: ListAudioDevices;
  list_models: ListModels;
  retry_command: RetryCommand;
  drop_command: DropCommand;
  create_backup: CreateBackup;
  explain: Explain;
  add_voice_command: AddVoiceCommand;
  update_voice_command: UpdateVoiceCommand;
  delete_voice_command: DeleteVoiceCommand;
  delete_command: DeleteVoiceCommand;
  set_voice_command_enabled: SetVoiceCommandEnabled;
  get_voice_commands: GetVoiceCommands;
  add_window_context: AddWindowContext;
  update_window_context: UpdateWindowContext;
  delete_window_context: DeleteWindowContext;
  report_active_window: ReportActiveWindow;
  list_window_contexts: ListWindowContexts;
}

/** What a method takes. */
export type ParamsOf<M extends keyof Methods> = {
  [Field in keyof Methods[M] as Field extends string ? Field : never]: Methods[M][Field];
};

/** What a method answers. */
export type AnswerOf<M extends keyof Methods> =
  Methods[M] extends Command<infer A> ? A : Methods[M] extends Query<infer A> ? A : never;
