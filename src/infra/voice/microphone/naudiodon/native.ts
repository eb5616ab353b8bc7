import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** One device as PortAudio lists it. */
export interface NativeDevice {
  id: number;
  name: string;
  maxInputChannels: number;
  defaultSampleRate: number;
  hostAPIName: string;
}

export interface NativeHostApi {
  id: number;
  name: string;
  /** −1 if there is none. */
  defaultInput: number;
}

export interface NativeInput {
  deviceId: number;
  channelCount: number;
  sampleFormat: 16;
  /** Hz */
  sampleRate: number;
  framesPerBuffer: number;
  /** Buffers that may wait to be read. */
  maxQueue: number;
  /** False: samples captured after an overflow are still delivered. */
  closeOnError: boolean;
}

export interface NativeStream {
  start(): void;
  /** Waits for this many bytes; returns fewer when the stream is quit. */
  read(bytes: number): Promise<{ buf: Buffer; finished: boolean }>;
  quit(how: 'WAIT' | 'ABORT'): Promise<void>;
}

/** The part of naudiodon's native addon that is used here. */
export interface Naudiodon {
  getDevices(): NativeDevice[];
  getHostAPIs(): { defaultHostAPI: number; HostAPIs: NativeHostApi[] };
  create(options: { inOptions: NativeInput }): NativeStream;
}

/** The file descriptor for samples, because PortAudio prints on stdout. */
export const PCM_FD = 4;

const require = createRequire(import.meta.url);

/** The path of the native addon; undefined if naudiodon is not installed. */
export function naudiodonPath(): string | undefined {
  try {
    return require.resolve(join(dirname(require.resolve('naudiodon')), 'build', 'Release', 'naudiodon.node'));
  } catch {
    return undefined;
  }
}

/**
 * Loads only the native addon: the package's own entry point writes a crash.log into the working directory, and its stream
 * delays sound by half a second.
 */
export function loadNaudiodon(path: string): Naudiodon {
  return require(path) as Naudiodon;
}
