/** An input device as its host interface names it. */
export interface AudioDevice {
  /** Stable name by which `start_recording {device}` finds it again. */
  name: string;
  /** ALSA, Core Audio, WASAPI …; null where there is only one. */
  host_api: string | null;
  is_default: boolean;
  channels: number;
  /** Hz, the device's own. */
  sample_rate: number;
}

/** Why a capture gave no more samples. */
export type CaptureEnd =
  | { reason: 'stopped' }
  /** The source is at its end: a file was played, a pipe was closed. */
  | { reason: 'exhausted' }
  /** The device went and did not come back in time, or capturing it failed; `message` is a sentence. */
  | { reason: 'device_lost' | 'failed'; message: string };

/** Hears what a capture gives. None of these may throw. */
export interface CaptureListener {
  /**
   * Mono, 16-bit, in order, at the capture's rate; the first call is the first real sample.
   * @returns a promise that a source waits for where it can: a file that is played fast, and no device.
   */
  samples(pcm: Int16Array): void | Promise<void>;
  /** The device lost samples here: they were not read in time. */
  overflow(): void;
  /** The device is gone; the capture waits for it and goes on by itself. */
  interrupted(message: string): void;
  resumed(): void;
  /** Exactly once, after the last sample. */
  ended(end: CaptureEnd): void;
}

export interface Capture {
  /** Hz of the samples given. */
  readonly sampleRate: number;
  /** Resolves when `ended` was told; safe to call again. */
  stop(): Promise<void>;
}

export interface CaptureRequest {
  /** Name of a device; null takes the default one. */
  device: string | null;
}

/** Where sound comes from. */
export abstract class Microphone {
  abstract devices(): Promise<AudioDevice[]>;
  /** @throws HeycatError DEVICE_UNAVAILABLE, with what to do. */
  abstract open(request: CaptureRequest, listener: CaptureListener): Promise<Capture>;
  /** Lets go of everything, children too. */
  abstract close(): Promise<void>;
}

/** A microphone that can be kept open between takes, which then begin with the moment before they were asked for. */
export abstract class WarmableMicrophone extends Microphone {
  /**
   * Opens a device and keeps it, in place of the one before; null is the default one. Does nothing where it is open, so
   * that it can be called again in case it was lost. Throws as {@link Microphone.open}.
   */
  abstract warmUp(device: string | null): Promise<void>;
  /** Lets go of the device, after the take that is recorded from it. */
  abstract coolDown(): Promise<void>;
}
