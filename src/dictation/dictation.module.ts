import { Global, Module } from '@nestjs/common';
import { CommandsModule } from '../commands/commands.module.ts';
import { Takes } from '../commands/takes/takes.ts';
import { RecordingStateSource } from '../queries/takes/recording-state.ts';
import { HotkeyWatch } from './session/hotkey-watch.ts';
import { PreRoll } from './session/pre-roll.ts';
import { SoundMonitor } from './session/sound-monitor.ts';
import { TakeCaptures } from './session/take-capture.ts';
import { TakeRecorder } from './session/take-recorder.ts';
import { TakeRecovery } from './session/take-recovery.ts';
import { TakeRows } from './session/take-rows.ts';
import { TakeService } from './session/take-service.ts';
import { TakeSettingsWatch } from './session/take-settings.ts';
import { TranscriptionQueue } from './session/transcription-queue.ts';
import { UserRules } from './session/user-rules.ts';

/**
 * From the key press to the text. Global, because it implements ports that commands and queries depend on, as the modules of
 * infra do.
 */
@Global()
@Module({
  imports: [CommandsModule],
  providers: [
    HotkeyWatch,
    PreRoll,
    SoundMonitor,
    TakeCaptures,
    TakeRecorder,
    TakeRecovery,
    TakeRows,
    TakeService,
    TakeSettingsWatch,
    TranscriptionQueue,
    UserRules,
    { provide: Takes, useExisting: TakeService },
    { provide: RecordingStateSource, useExisting: TakeService },
  ],
  exports: [Takes, RecordingStateSource],
})
export class DictationModule {}
