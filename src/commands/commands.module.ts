import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { CreateBackupHandler } from './backups/create-backup.ts';
import { CancelRecordingHandler } from './takes/cancel-recording.ts';
import { PressHotkeyHandler } from './takes/press-hotkey.ts';
import { ReleaseHotkeyHandler } from './takes/release-hotkey.ts';
import { ResolveAmbiguousCommandHandler } from './takes/resolve-ambiguous-command.ts';
import { StartRecordingHandler } from './takes/start-recording.ts';
import { StopRecordingHandler } from './takes/stop-recording.ts';
import { ToggleRecordingHandler } from './takes/toggle-recording.ts';
import { TranscribeRecordingHandler } from './takes/transcribe-recording.ts';
import { AddDictionaryEntryHandler } from './dictionary/add-dictionary-entry.ts';
import { DeleteDictionaryEntryHandler } from './dictionary/delete-dictionary-entry.ts';
import { UpdateDictionaryEntryHandler } from './dictionary/update-dictionary-entry.ts';
import { OneHandlerPerMessage } from './one-handler-per-message.ts';
import { DropCommandHandler } from './queue/drop-command.ts';
import { RetryCommandHandler } from './queue/retry-command.ts';
import { AddRecordingHandler } from './recordings/add-recording.ts';
import { BeginTakeHandler } from './recordings/begin-take.ts';
import { DeleteRecordingHandler } from './recordings/delete-recording.ts';
import { UpdateRecordingHandler } from './recordings/update-recording.ts';
import { DeleteSettingHandler } from './settings/delete-setting.ts';
import { SaveSettingHandler } from './settings/save-setting.ts';
import { SaveSettingsHandler } from './settings/save-settings.ts';
import { AddVoiceCommandHandler } from './voice-commands/add-voice-command.ts';
import { DeleteVoiceCommandHandler } from './voice-commands/delete-voice-command.ts';
import { SetVoiceCommandEnabledHandler } from './voice-commands/set-voice-command-enabled.ts';
import { UpdateVoiceCommandHandler } from './voice-commands/update-voice-command.ts';
import { ActiveWindowHolder } from './window-contexts/active-window.ts';
import { AddWindowContextHandler } from './window-contexts/add-window-context.ts';
import { DeleteWindowContextHandler } from './window-contexts/delete-window-context.ts';
import { ReportActiveWindowHandler } from './window-contexts/report-active-window.ts';
import { UpdateWindowContextHandler } from './window-contexts/update-window-context.ts';

/** All that may be asked: one handler for each command. The ports that they need come from the modules that implement them. */
@Module({
  imports: [DiscoveryModule],
  providers: [
    AddRecordingHandler,
    BeginTakeHandler,
    UpdateRecordingHandler,
    DeleteRecordingHandler,
    SaveSettingHandler,
    SaveSettingsHandler,
    DeleteSettingHandler,
    AddDictionaryEntryHandler,
    UpdateDictionaryEntryHandler,
    DeleteDictionaryEntryHandler,
    AddVoiceCommandHandler,
    UpdateVoiceCommandHandler,
    DeleteVoiceCommandHandler,
    SetVoiceCommandEnabledHandler,
    AddWindowContextHandler,
    UpdateWindowContextHandler,
    DeleteWindowContextHandler,
    ReportActiveWindowHandler,
    CancelRecordingHandler,
    PressHotkeyHandler,
    ReleaseHotkeyHandler,
    ResolveAmbiguousCommandHandler,
    StartRecordingHandler,
    StopRecordingHandler,
    ToggleRecordingHandler,
    TranscribeRecordingHandler,
    RetryCommandHandler,
    DropCommandHandler,
    CreateBackupHandler,
    OneHandlerPerMessage,
    ActiveWindowHolder,
  ],
  exports: [ActiveWindowHolder],
})
export class CommandsModule {}
