import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';

import { appliedWithoutWriting, CommandMessage } from '../command.ts';

import { Takes } from './takes.ts';

/** Begins a take, or ends the one that is recorded. */
export class ToggleRecording extends CommandMessage {}

@CommandHandler(ToggleRecording)
export class ToggleRecordingHandler implements ICommandHandler<ToggleRecording> {
  constructor(private readonly takes: Takes) {}

  async execute(command: ToggleRecording) {
    return appliedWithoutWriting(command, await this.takes.toggle());
  }
}
