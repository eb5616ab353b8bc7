import { Inject } from '@nestjs/common';
import { CommandHandler } from '@nestjs/cqrs';
import { IsOptional } from 'class-validator';
import type { RecordingStatus } from '../../events/rows.ts';
import { CommandMessage } from '../command.ts';
import { COMMAND_LEDGER, type CommandLedger } from '../command-ledger.ts';
import { IsContents, IsText, IsWhole } from '../fields.ts';
import { LIMITS, MAX_WHOLE } from '../limits.ts';
import { ReducerHandler } from '../reducer-handler.ts';
import { IsFilePath, normalised } from './file-path.ts';
import { WAV_INSPECTOR, type WavInspector } from './wav-inspector.ts';

/** Makes a sound file known that some program has recorded. */
export class AddRecording extends CommandMessage {
  @IsFilePath()
  file_path!: string;

  /** Read from the file when absent. */
  @IsOptional()
  @IsWhole(0, MAX_WHOLE)
  duration_ms?: number;

  /** In Hz; read from the file when absent. */
  @IsOptional()
  @IsWhole(1, LIMITS.sample_rate_max)
  sample_rate?: number;

  @IsOptional()
  @IsContents(LIMITS.transcription_bytes)
  transcription?: string;

  @IsOptional()
  @IsText(LIMITS.name_chars)
  transcription_model?: string;
}

@CommandHandler(AddRecording)
export class AddRecordingHandler extends ReducerHandler<AddRecording> {
  protected readonly reducer = 'add_recording';

  constructor(
    @Inject(COMMAND_LEDGER) ledger: CommandLedger,
    @Inject(WAV_INSPECTOR) private readonly wav: WavInspector,
  ) {
    super(ledger);
  }

  protected async args({ file_path, duration_ms, sample_rate, ...text }: AddRecording) {
    const path = normalised(file_path);
    // Also when nothing is left to read: what is no WAV file is no recording.
    const facts = await this.wav.inspect(path);
    const transcription = text.transcription ?? null;
    const status: RecordingStatus = transcription === null ? 'recorded' : 'completed';
    return {
      recording: {
        file_path: path,
        duration_ms: duration_ms ?? facts.duration_ms,
        sample_rate: sample_rate ?? facts.sample_rate,
        transcription,
        transcription_model: text.transcription_model ?? null,
        status,
        error: null,
        stop_reason: null,
        active_window_app: null,
        active_window_title: null,
        recovered: false,
      },
    };
  }
}
