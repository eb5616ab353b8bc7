import { CommandHandler } from '@nestjs/cqrs';

import { CommandMessage } from '../command.ts';

import { DictationHandler } from './dictation-handler.ts';

/** Ends the take and has it transcribed. */
export class StopRecording extends CommandMessage {}

@CommandHandler(StopRecording)
export class StopRecordingHandler extends DictationHandler<StopRecording> {
  protected act() {
    return this.dictation.stop();
  }
}
