import { IsInteger, IsNumber, IsOneOf, IsText, MayBeNull } from '../../fields/fields.ts';

const STATES = ['idle', 'recording', 'processing'] as const;

/** The state of recording. */
export class RecordingStateView {
  @IsOneOf(STATES)
  state!: (typeof STATES)[number];

  /** The phase of the current take: `starting` until the first sample, then `recording`, `tail` and `ending`. */
  @MayBeNull()
  @IsText()
  phase!: string | null;

  /** Number of the take in this run of the service. */
  @MayBeNull()
  @IsInteger(1)
  take!: number | null;

  @IsText()
  mode!: string;

  /** Null for the default device. */
  @MayBeNull()
  @IsText()
  device!: string | null;

  /** Since the first real sample, in ms. */
  @MayBeNull()
  @IsNumber()
  recorded_ms!: number | null;

  /** Takes that wait for their transcription, including the one in progress. */
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

/** The port to the recording side of the service. */
export abstract class RecordingStateSource {
  abstract state(): RecordingStateView;
  /** The time that this run's last takes spent in each stage. */
  abstract stages(): Record<string, StageView>;
}
