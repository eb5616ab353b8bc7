import { CommandHandler } from '@nestjs/cqrs';
import type { RecordingStatus } from '../../events/rows.ts';
import { CommandOf, RowId } from '../command.ts';
import { HeycatError } from '../../errors.ts';
import { EventLog } from '../../events/event-log.ts';
import { type Applied, CommandLedger, type Submitted } from '../command-ledger.ts';
import { IsContents, IsInteger, IsOptional, IsText } from '../../fields/fields.ts';
import { LIMITS, MAX_INTEGER } from '../../fields/limits.ts';
import { ReducerHandler } from '../reducer-handler.ts';
import { IsFilePath, normalised } from './file-path.ts';
import { WavInspector } from './wav-inspector.ts';

/** Makes a sound file known that some program has recorded. */
export class AddRecording extends CommandOf(RowId) {
  @IsFilePath()
  file_path!: string;

  /** Read from the file when absent. */
  @IsOptional()
  @IsInteger(0, MAX_INTEGER)
  duration_ms?: number;

  /** In Hz; read from the file when absent. */
  @IsOptional()
  @IsInteger(1, LIMITS.sample_rate_max)
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
    private readonly receipts: CommandLedger,
    private readonly wav: WavInspector,
    private readonly log: EventLog,
  ) {
    super(receipts);
  }

  override async execute(command: AddRecording): Promise<Submitted> {
    try {
      return await super.execute(command);
    } catch (refusal) {
      const applied = isAboutFile(refusal) ? await this.#earlier(command) : undefined;
      if (applied === undefined) throw refusal;
      return applied;
    }
  }

  /** A command sent again is answered as before, even when its file has been moved since. */
  async #earlier({ command_id, file_path }: AddRecording): Promise<Applied | undefined> {
    const receipt = typeof command_id === 'string' ? await this.receipts.find(command_id) : undefined;
    if (receipt === undefined) return undefined;
    const [event] = await this.log.read(receipt.last_seq, 1);
    if (event?.type !== 'recording_added' || event.payload['file_path'] !== normalised(file_path))
      return undefined;
    return {
      status: 'applied',
      command_id: receipt.command_id,
      seq: receipt.last_seq,
      result: receipt.result,
    };
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

function isAboutFile(refusal: unknown): boolean {
  return (
    refusal instanceof HeycatError &&
    refusal.code === 'INVALID_ARGUMENT' &&
    refusal.details['field'] === 'file_path'
  );
}
