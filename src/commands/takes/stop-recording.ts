import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';

import { appliedWithoutWriting, CommandOf } from '../command.ts';

import { Takes, TakeStatus } from './takes.ts';

/** Stops the take and transcribes it. */
export class StopRecording extends CommandOf(TakeStatus) {}

@CommandHandler(StopRecording)
export class StopRecordingHandler implements ICommandHandler<StopRecording> {
  constructor(private readonly takes: Takes) {}

  async execute(command: StopRecording) {
    return appliedWithoutWriting(command, await this.takes.stop());
  }
}
