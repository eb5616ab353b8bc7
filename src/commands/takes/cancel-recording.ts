import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';

import { appliedWithoutWriting, CommandMessage } from '../command.ts';

import { Takes } from './takes.ts';

/** Ends the take without having it transcribed; what is longer than a second is kept. */
export class CancelRecording extends CommandMessage {}

@CommandHandler(CancelRecording)
export class CancelRecordingHandler implements ICommandHandler<CancelRecording> {
  constructor(private readonly takes: Takes) {}

  async execute(command: CancelRecording) {
    return appliedWithoutWriting(command, await this.takes.cancel());
  }
}
