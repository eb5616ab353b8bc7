import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';

import { appliedWithoutWriting, CommandOf } from '../command.ts';

import { Takes, TakeStatus } from './takes.ts';

/** Ends the take without having it transcribed; what is longer than a second is kept. */
export class CancelRecording extends CommandOf(TakeStatus) {}

@CommandHandler(CancelRecording)
export class CancelRecordingHandler implements ICommandHandler<CancelRecording> {
  constructor(private readonly takes: Takes) {}

  async execute(command: CancelRecording) {
    return appliedWithoutWriting(command, await this.takes.cancel());
  }
}
