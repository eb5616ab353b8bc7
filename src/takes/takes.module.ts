import { Global, Module } from '@nestjs/common';
import { DICTATION } from '../commands/takes/dictation.ts';
import { RECORDING_STATE, type RecordingStateSource } from '../queries/takes/recording-state.ts';
import { BeginTakeHandler } from './begin-take.ts';
import { DictationService } from './dictation-service.ts';
import { HeardCommands } from './heard-commands.ts';
import { HotkeyWatch } from './hotkey-watch.ts';
import { PreRoll } from './pre-roll.ts';
import { TakeTimes } from './stage-times.ts';
import { TakeNewsTeller } from './take-news.ts';
import { TakeRecovery } from './take-recovery.ts';
import { TakeRows } from './take-rows.ts';
import { TakeRules } from './take-rules.ts';
import { TakeSound } from './take-sound.ts';
import { TakeTeller } from './take-teller.ts';
import { TakesInAir } from './takes-in-air.ts';
import { Transcriptions } from './transcriptions.ts';

const recordingState = {
  provide: RECORDING_STATE,
  useFactory: (service: DictationService, times: TakeTimes): RecordingStateSource => ({
    state: () => service.view,
    stages: () => times.summary(),
  }),
  inject: [DictationService, TakeTimes],
};

/**
 * From the key press to the text. The application provides globally: CqrsModule.forRoot(), ReadModels,
 * ActiveWindowHolder and the ports COMMAND_LEDGER, EVENT_TELLER, MICROPHONE, HOTKEYS, RECOGNISER, SPEECH_DETECTOR, TAKE_FILES and ACTION_RUNNER.
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
    { provide: DICTATION, useExisting: DictationService },
    recordingState,
  ],
  exports: [DICTATION, RECORDING_STATE, DictationService],
})
export class TakesModule {}
