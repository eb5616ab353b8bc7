import { Global, Module } from '@nestjs/common';
import { Dictation } from '../commands/takes/dictation.ts';
import { RecordingStateSource } from '../queries/takes/recording-state.ts';
import { BeginTakeHandler } from '../commands/recordings/begin-take.ts';
import { DictationService } from './session/dictation-service.ts';
import { HeardCommands } from './session/heard-commands.ts';
import { HotkeyWatch } from './session/hotkey-watch.ts';
import { PreRoll } from './session/pre-roll.ts';
import { TakeTimes } from './session/stage-times.ts';
import { TakeNewsTeller } from './session/take-news.ts';
import { TakeRecovery } from './session/take-recovery.ts';
import { TakeRows } from './session/take-rows.ts';
import { TakeRules } from './session/take-rules.ts';
import { TakeSound } from './session/take-sound.ts';
import { TakeTeller } from './session/take-teller.ts';
import { TakesInAir } from './session/takes-in-air.ts';
import { Transcriptions } from './session/transcriptions.ts';

const recordingState = {
  provide: RecordingStateSource,
  useFactory: (service: DictationService, times: TakeTimes): RecordingStateSource => ({
    state: () => service.view,
    stages: () => times.summary(),
  }),
  inject: [DictationService, TakeTimes],
};

/**
 * From the key press to the text. The application provides globally: CqrsModule.forRoot(), ReadModels,
 * ActiveWindowHolder and the ports CommandLedger, EventTeller, WarmableMicrophone, Hotkeys, Recogniser, SpeechDetector, TakeFiles and ActionRunner.
 */
@Global()
@Module({
  providers: [
    BeginTakeHandler,
    DictationService,
    HeardCommands,
    HotkeyWatch,
    PreRoll,
    TakeNewsTeller,
    TakeRecovery,
    TakeRows,
    TakeRules,
    TakesInAir,
    TakeSound,
    TakeTeller,
    TakeTimes,
    Transcriptions,
    { provide: Dictation, useExisting: DictationService },
    recordingState,
  ],
  exports: [Dictation, RecordingStateSource, DictationService],
})
export class TakesModule {}
