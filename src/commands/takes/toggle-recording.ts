import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';

import { appliedWithoutWriting, CommandOf } from '../command.ts';

import { Takes, TakeStatus } from './takes.ts';

/** Begins a take, or ends the one that is recorded. */
export class ToggleRecording extends CommandOf(TakeStatus) {}

@CommandHandler(ToggleRecording)
export class ToggleRecordingHandler implements ICommandHandler<ToggleRecording> {
  constructor(private readonly takes: Takes) {}

  async execute(command: ToggleRecording) {
    return appliedWithoutWriting(command, await this.takes.toggle());
  }
}
