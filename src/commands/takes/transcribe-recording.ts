import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { appliedWithoutWriting, CommandOf } from '../command.ts';
import { IsId, IsOptional, IsText } from '../../fields/fields.ts';
import { LIMITS } from '../../fields/limits.ts';
import { Takes, TakeStatus } from './takes.ts';

/** Transcribes a recording, again or for the first time. */
export class TranscribeRecording extends CommandOf(TakeStatus) {
  @IsId()
  id!: number;

  /** Name of an installed model; defaults to the settings'. */
  @IsOptional()
  @IsText(LIMITS.name_chars)
  model?: string;
}

@CommandHandler(TranscribeRecording)
export class TranscribeRecordingHandler implements ICommandHandler<TranscribeRecording> {
  constructor(private readonly takes: Takes) {}

  async execute(command: TranscribeRecording) {
    const { id, model } = command;
    return appliedWithoutWriting(command, await this.takes.transcribe(id, model ?? null));
  }
}
