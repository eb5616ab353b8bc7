import 'reflect-metadata';

/** What a Nest application needs to have the service inside it: the module, its ports, read models and messages. */
export { HeycatModule, heycatTransport } from './heycat.module.ts';
export type { ServiceOptions } from './infra/config/service-options.ts';
export type { VoiceOverrides } from './infra/voice/voice.module.ts';

export { ActionRunner, type ActionOutcome } from './dictation/ports/action-runner.ts';
export { Hotkeys, type HotkeyEvent } from './dictation/ports/hotkeys.ts';
export {
  Microphone,
  type AudioDevice,
  type Capture,
  type CaptureEnd,
  type CaptureListener,
  type CaptureRequest,
} from './dictation/ports/microphone.ts';
export { Recogniser, type Transcript, type TranscriptionRequest } from './dictation/ports/recogniser.ts';
export { VoiceActivityDetector } from './dictation/ports/voice-activity-detector.ts';

export { LiveEvent } from './events/live-event.ts';
export { TransactionProjected } from './projections/projection-runner.ts';
export { ReadModels } from './projections/read-models.ts';
export { dictionary } from './projections/dictionary.ts';
export { recordings } from './projections/recordings.ts';
export { settings } from './projections/settings.ts';
export { statistics } from './projections/statistics.ts';
export { voiceCommands } from './projections/voice-commands.ts';
export { windowContexts } from './projections/window-contexts.ts';

export { CreateBackup } from './commands/backups/create-backup.ts';
export { AddDictionaryEntry } from './commands/dictionary/add-dictionary-entry.ts';
export { DeleteDictionaryEntry } from './commands/dictionary/delete-dictionary-entry.ts';
export { UpdateDictionaryEntry } from './commands/dictionary/update-dictionary-entry.ts';
export { DropCommand } from './commands/queue/drop-command.ts';
export { RetryCommand } from './commands/queue/retry-command.ts';
export { AddRecording } from './commands/recordings/add-recording.ts';
export { DeleteRecording } from './commands/recordings/delete-recording.ts';
export { UpdateRecording } from './commands/recordings/update-recording.ts';
export { DeleteSetting } from './commands/settings/delete-setting.ts';
export { SaveSetting } from './commands/settings/save-setting.ts';
export { SaveSettings } from './commands/settings/save-settings.ts';
export { CancelRecording } from './commands/takes/cancel-recording.ts';
export { PressHotkey } from './commands/takes/press-hotkey.ts';
export { ReleaseHotkey } from './commands/takes/release-hotkey.ts';
export { ResolveAmbiguousCommand } from './commands/takes/resolve-ambiguous-command.ts';
export { StartRecording } from './commands/takes/start-recording.ts';
export { StopRecording } from './commands/takes/stop-recording.ts';
export { ToggleRecording } from './commands/takes/toggle-recording.ts';
export { TranscribeRecording } from './commands/takes/transcribe-recording.ts';
export { AddVoiceCommand } from './commands/voice-commands/add-voice-command.ts';
export { DeleteVoiceCommand } from './commands/voice-commands/delete-voice-command.ts';
export { SetVoiceCommandEnabled } from './commands/voice-commands/set-voice-command-enabled.ts';
export { UpdateVoiceCommand } from './commands/voice-commands/update-voice-command.ts';
export { AddWindowContext } from './commands/window-contexts/add-window-context.ts';
export { DeleteWindowContext } from './commands/window-contexts/delete-window-context.ts';
export { ReportActiveWindow } from './commands/window-contexts/report-active-window.ts';
export { UpdateWindowContext } from './commands/window-contexts/update-window-context.ts';
export { ListDictionaryEntries } from './queries/dictionary/list-dictionary-entries.ts';
export { GetRecording } from './queries/recordings/get-recording.ts';
export { ListRecordings } from './queries/recordings/list-recordings.ts';
export { GetSettings } from './queries/settings/get-settings.ts';
export { Explain } from './queries/system/explain.ts';
export { GetCommand } from './queries/system/get-command.ts';
export { GetStatistics } from './queries/system/get-statistics.ts';
export { GetStatus } from './queries/system/get-status.ts';
export { ListAudioDevices } from './queries/system/list-audio-devices.ts';
export { ListModels } from './queries/system/list-models.ts';
export { ListQueue } from './queries/system/list-queue.ts';
export { ReadEvents } from './queries/system/read-events.ts';
export { GetRecordingState } from './queries/takes/get-recording-state.ts';
export { GetVoiceCommands } from './queries/voice-commands/get-voice-commands.ts';
export { ListWindowContexts } from './queries/window-contexts/list-window-contexts.ts';
