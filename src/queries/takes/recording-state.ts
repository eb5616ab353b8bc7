import { IsInteger, IsNumber, IsOneOf, IsText, MayBeNull } from '../../fields/fields.ts';

const STATES = ['idle', 'recording', 'processing'] as const;

/** Whether something is recorded now. */
export class RecordingStateView {
  @IsOneOf(STATES)
  state!: (typeof STATES)[number];

  /** While it is recorded: `starting` until the first sample, then `recording`, `tail` and `ending`. */
  @MayBeNull()
  @IsText()
  phase!: string | null;

  /** Number of the take in this run of the service. */
  @MayBeNull()
  @IsInteger(1)
  take!: number | null;

  @IsText()
  mode!: string;

  /** Null is the default device. */
  @MayBeNull()
  @IsText()
  device!: string | null;

  /** Since the first real sample, in ms. */
  @MayBeNull()
  @IsNumber()
  recorded_ms!: number | null;

  /** Takes that wait for their transcription, the one in work included. */
  @IsInteger(0)
  waiting!: number;
}

export class StageView {
  @IsInteger(0)
  takes!: number;

  @IsNumber()
  p50_ms!: number;

  @IsNumber()
  p95_ms!: number;
}

/** What only the recording side of the service knows. */
export abstract class RecordingStateSource {
  abstract state(): RecordingStateView;
  /** Where the time of this run's last takes went, by stage. */
  abstract stages(): Record<string, StageView>;
}
