import { CommandHandler } from '@nestjs/cqrs';
import { CommandMessage } from '../command.ts';
import { IsId, IsOptional, IsText } from '../../fields/fields.ts';
import { LIMITS } from '../../fields/limits.ts';
import { DictationHandler } from './dictation-handler.ts';

/** Has a recording transcribed, again or for the first time. */
export class TranscribeRecording extends CommandMessage {
  @IsId()
  id!: number;

  /** Name of an installed model; the settings' when absent. */
  @IsOptional()
  @IsText(LIMITS.name_chars)
  model?: string;
}

@CommandHandler(TranscribeRecording)
export class TranscribeRecordingHandler extends DictationHandler<TranscribeRecording> {
  protected act({ id, model }: TranscribeRecording) {
    return this.dictation.transcribe(id, model ?? null);
  }
}
