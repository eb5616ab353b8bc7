import type { AudioDevice } from '../../../dictation/ports/microphone.ts';
import { HeycatError } from '../../../errors.ts';
import { SPEECH_RATE } from '../audio/speech-converter.ts';

/** Why a stream ended. */
export type StreamEnd =
  | { reason: 'stopped' | 'exhausted' }
  /** The device or its program disappeared and may come back. */
  | { reason: 'lost'; message: string }
  /** Trying again would not help. */
  | { reason: 'failed'; message: string };

/** Receives the samples of one stream. */
export interface StreamListener {
  /** Mono, 16-bit, at SPEECH_RATE; never empty. A source that can wait awaits the returned promise, which never rejects. */
  samples(pcm: Int16Array): void | Promise<void>;
  overflow(): void;
  /** Once, after the last sample. */
  ended(end: StreamEnd): void;
}

export interface PcmStream {
  /** Delivers what was captured until now, then ends; resolves after `ended`, and never rejects. */
  stop(): Promise<void>;
}

/** A source of samples that can be opened, and opened again after it was lost. */
export interface PcmSource {
  /**
   * A stream counts as lost after this many ms without a sample, and after four times as many without its first one. Absent
   * for a source that may pause.
   */
  readonly stallMs?: number;
  devices(): Promise<AudioDevice[]>;
  /**
   * Delivers no sample before it resolves.
   * @throws HeycatError DEVICE_UNAVAILABLE with what to do.
   */
  open(device: string | null, listener: StreamListener): Promise<PcmStream>;
}

/** A file or a pipe as the only device of its source. */
export function soleDevice(name: string): AudioDevice {
  return { name, host_api: null, is_default: true, channels: 1, sample_rate: SPEECH_RATE };
}

/** A DEVICE_UNAVAILABLE error that names the path and says why it cannot be opened. */
export function cannotOpen(path: string, cause: unknown): HeycatError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const why = cause instanceof HeycatError ? message : `it cannot be read (${code}).`;
  return new HeycatError('DEVICE_UNAVAILABLE', `${path}: ${why}`, { field: 'device' }, { cause });
}
