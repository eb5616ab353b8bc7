import { CommandHandler } from '@nestjs/cqrs';

import { CommandMessage } from '../command.ts';

import { DictationHandler } from './dictation-handler.ts';

/** Begins a take, or ends the one that is recorded. */
export class ToggleRecording extends CommandMessage {}

@CommandHandler(ToggleRecording)
export class ToggleRecordingHandler extends DictationHandler<ToggleRecording> {
  protected act() {
    return this.dictation.toggle();
  }
}
