import type { AudioDevice } from '../../../../dictation/ports/microphone.ts';

/** What the child is started for. */
export interface Task {
  /** Of naudiodon's compiled part. */
  path: string;
  work: { kind: 'list' } | { kind: 'capture'; device: string | null };
}

/** What it says; samples come over {@link PCM_FD}, because PortAudio prints on stdout. */
export type FromChild =
  | { kind: 'devices'; devices: AudioDevice[] }
  /** Samples of 16 bits follow. */
  | { kind: 'opened'; sample_rate: number; channels: number }
  | { kind: 'refused'; message: string };

export type ToChild = 'stop';

export const PCM_FD = 4;
