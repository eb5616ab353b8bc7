import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';

import { appliedWithoutWriting, CommandOf } from '../command.ts';

import { Takes, TakeStatus } from './takes.ts';

/** Stops the take without transcribing it; sound of more than a second is kept. */
export class CancelRecording extends CommandOf(TakeStatus) {}

@CommandHandler(CancelRecording)
export class CancelRecordingHandler implements ICommandHandler<CancelRecording> {
  constructor(private readonly takes: Takes) {}

  async execute(command: CancelRecording) {
    return appliedWithoutWriting(command, await this.takes.cancel());
  }
}
