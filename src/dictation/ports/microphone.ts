/** An input device as its host interface names it. */
export interface AudioDevice {
  /** Stable name by which `start_recording {device}` finds it again. */
  name: string;
  /** ALSA, Core Audio, WASAPI …; null if there is only one. */
  host_api: string | null;
  is_default: boolean;
  channels: number;
  /** The device's own rate in Hz. */
  sample_rate: number;
}

/** Why a capture ended. */
export type CaptureEnd =
  | { reason: 'stopped' }
  /** The source is exhausted: a file was played, a pipe was closed. */
  | { reason: 'exhausted' }
  /** The device disappeared and did not come back in time, or capturing failed; `message` is a sentence. */
  | { reason: 'device_lost' | 'failed'; message: string };

/** Receives the samples and the state of a capture. None of these may throw. */
export interface CaptureListener {
  /**
   * Mono, 16-bit, in order, at the capture's rate; the first call is the first real sample.
   * @returns a promise that sources which can wait do wait for: a file that is played fast does, a device cannot. It
   * never rejects.
   */
  samples(pcm: Int16Array): void | Promise<void>;
  /** The device lost samples at this point because they were not read in time. */
  overflow(): void;
  /** The device disappeared; the capture waits for it and continues by itself. */
  interrupted(message: string): void;
  resumed(): void;
  /** Exactly once, after the last sample. */
  ended(end: CaptureEnd): void;
}

export interface Capture {
  /** Hz of the samples given. */
  readonly sampleRate: number;
  /** Resolves after `ended` was called, and never rejects; safe to call again. */
  stop(): Promise<void>;
}

export interface CaptureRequest {
  /** Name of a device; null for the default one. */
  device: string | null;
}

/** A source of sound. */
export abstract class Microphone {
  abstract devices(): Promise<AudioDevice[]>;
  /** @throws HeycatError DEVICE_UNAVAILABLE with what to do. */
  abstract open(request: CaptureRequest, listener: CaptureListener): Promise<Capture>;
  /** Releases everything, including child processes. */
  abstract close(): Promise<void>;
}

/** A microphone that can be kept open between takes, which then begin with pre-roll. */
export abstract class KeepOpenMicrophone extends Microphone {
  /**
   * Opens a device and keeps it open, instead of the previous one; null for the default one. Does nothing if it is open, so
   * that it can be called again in case the device was lost. Throws as {@link Microphone.open}.
   */
  abstract keepOpen(device: string | null): Promise<void>;
  /** Closes the device, after the take that is being recorded from it. Never rejects. */
  abstract release(): Promise<void>;
}
