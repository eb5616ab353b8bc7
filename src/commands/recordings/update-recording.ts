import { CommandHandler } from '@nestjs/cqrs';
import { RECORDING_STATUSES, type RecordingStatus } from '../../events/rows.ts';
import { changesOf } from '../changes.ts';
import { UpdateOf, RowId } from '../command.ts';
import { CommandLedger } from '../command-ledger.ts';
import {
  IsContents,
  IsFlag,
  IsId,
  IsInteger,
  IsOneOf,
  IsOptional,
  IsText,
  MayBeAbsent,
} from '../../fields/fields.ts';
import { LIMITS, MAX_INTEGER } from '../../fields/limits.ts';
import { ReducerHandler } from '../reducer-handler.ts';
import { IsFilePath, normalised } from './file-path.ts';
import { WavInspector } from './wav-inspector.ts';

export class UpdateRecording extends UpdateOf(RowId) {
  @IsId()
  id!: number;

  @MayBeAbsent()
  @IsFilePath()
  file_path?: string;

  @MayBeAbsent()
  @IsInteger(0, MAX_INTEGER)
  duration_ms?: number;

  /** In Hz. */
  @MayBeAbsent()
  @IsInteger(1, LIMITS.sample_rate_max)
  sample_rate?: number;

  @IsOptional()
  @IsContents(LIMITS.transcription_bytes)
  transcription?: string | null;

  @IsOptional()
  @IsText(LIMITS.name_chars)
  transcription_model?: string | null;

  @MayBeAbsent()
  @IsOneOf(RECORDING_STATUSES)
  status?: RecordingStatus;

  @IsOptional()
  @IsText(LIMITS.error_chars)
  error?: string | null;

  @IsOptional()
  @IsText(LIMITS.name_chars)
  stop_reason?: string | null;

  @IsOptional()
  @IsText(LIMITS.window_app_chars)
  active_window_app?: string | null;

  @IsOptional()
  @IsText(LIMITS.window_title_chars)
  active_window_title?: string | null;

  @MayBeAbsent()
  @IsFlag()
  recovered?: boolean;
}

const FIELDS = ['duration_ms', 'sample_rate', 'status', 'recovered'] as const;
const CLEARABLE = [
  'transcription',
  'transcription_model',
  'error',
  'stop_reason',
  'active_window_app',
  'active_window_title',
] as const;

@CommandHandler(UpdateRecording)
export class UpdateRecordingHandler extends ReducerHandler<UpdateRecording> {
  protected readonly reducer = 'update_recording';

  constructor(
    ledger: CommandLedger,
    private readonly wav: WavInspector,
  ) {
    super(ledger);
  }

  protected async args(command: UpdateRecording) {
    const file_path = command.file_path === undefined ? null : normalised(command.file_path);
    if (file_path !== null) await this.wav.inspect(file_path);
    return { id: command.id, changes: { ...changesOf(command, FIELDS, CLEARABLE), file_path } };
  }
}
