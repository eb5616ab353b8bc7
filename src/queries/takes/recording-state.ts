/** Whether something is recorded now. */
export interface RecordingStateView {
  state: 'idle' | 'recording' | 'processing';
  /** While it is recorded: `starting` until the first sample, then `recording`, `tail` and `ending`. */
  phase: string | null;
  /** Number of the take in this run of the service. */
  take: number | null;
  mode: string;
  /** Null is the default device. */
  device: string | null;
  /** Since the first real sample, in ms. */
  recorded_ms: number | null;
  /** Takes that wait for their transcription, the one in work included. */
  waiting: number;
}

export interface StageView {
  takes: number;
  p50_ms: number;
  p95_ms: number;
}

/** What only the recording side of the service knows. */
export abstract class RecordingStateSource {
  abstract state(): RecordingStateView;
  /** Where the time of this run's last takes went, by stage. */
  abstract stages(): Record<string, StageView>;
}
