import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';

import { appliedWithoutWriting, CommandOf } from '../command.ts';

import { Takes, TakeStatus } from './takes.ts';

/** Starts a take, or stops the one that is being recorded. */
export class ToggleRecording extends CommandOf(TakeStatus) {}

@CommandHandler(ToggleRecording)
export class ToggleRecordingHandler implements ICommandHandler<ToggleRecording> {
  constructor(private readonly takes: Takes) {}

  async execute(command: ToggleRecording) {
    return appliedWithoutWriting(command, await this.takes.toggle());
  }
}
