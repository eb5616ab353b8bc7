import { Global, Module } from '@nestjs/common';
import { CommandsModule } from '../commands/commands.module.ts';
import { BeginTakeHandler } from '../commands/recordings/begin-take.ts';
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
 * From the key press to the text. The application provides globally: CqrsModule.forRoot(), ReadModels,
 * ActiveWindowHolder and the ports CommandLedger, WarmableMicrophone, Hotkeys, Recogniser, SpeechDetector, TakeFiles and ActionRunner.
 */
@Global()
@Module({
  imports: [CommandsModule],
  providers: [
    BeginTakeHandler,
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
  exports: [Takes, RecordingStateSource, TakeService],
})
export class DictationModule {}
