import { CommandHandler } from '@nestjs/cqrs';

import { CommandMessage } from '../command.ts';

import { DictationHandler } from './dictation-handler.ts';

/** Ends the take without having it transcribed; what is longer than a second is kept. */
export class CancelRecording extends CommandMessage {}

@CommandHandler(CancelRecording)
export class CancelRecordingHandler extends DictationHandler<CancelRecording> {
  protected act() {
    return this.dictation.cancel();
  }
}
