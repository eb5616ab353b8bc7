import type { AudioDevice } from '../../../dictation/ports/microphone.ts';
import { HeycatError } from '../../../errors.ts';
import { SPEECH_RATE } from '../audio/speech-converter.ts';

/** Why a stream gave no more samples. */
export type StreamEnd =
  | { reason: 'stopped' | 'exhausted' }
  /** The device or the program behind it went: it may come back. */
  | { reason: 'lost'; message: string }
  /** Trying again would not help. */
  | { reason: 'failed'; message: string };

/** Hears one stream. */
export interface StreamListener {
  /** Mono, 16-bit, at SPEECH_RATE; never empty. A source that can waits for what it returns. */
  samples(pcm: Int16Array): void | Promise<void>;
  overflow(): void;
  /** Once, after the last sample. */
  ended(end: StreamEnd): void;
}

export interface PcmStream {
  /** Gives what was captured until now, then ends; resolves after `ended`. */
  stop(): Promise<void>;
}

/** Something that can be opened for samples, again after it was lost. */
export interface PcmSource {
  /**
   * After so long without a sample a stream counts as lost, in ms, and after four times as long without its first one; a
   * source that may rest has none.
   */
  readonly stallMs?: number;
  devices(): Promise<AudioDevice[]>;
  /**
   * Gives no sample before it resolves.
   * @throws HeycatError DEVICE_UNAVAILABLE with what to do.
   */
  open(device: string | null, listener: StreamListener): Promise<PcmStream>;
}

/** A file or a pipe as the only device of its source. */
export function soleDevice(name: string): AudioDevice {
  return { name, host_api: null, is_default: true, channels: 1, sample_rate: SPEECH_RATE };
}

/** Why it cannot be opened, as DEVICE_UNAVAILABLE that names the path. */
export function cannotOpen(path: string, cause: unknown): HeycatError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const why = cause instanceof HeycatError ? message : `it cannot be read (${code}).`;
  return new HeycatError('DEVICE_UNAVAILABLE', `${path}: ${why}`, { field: 'device' }, { cause });
}
