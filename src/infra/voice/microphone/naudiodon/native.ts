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
  /** −1 where there is none. */
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
  /** False: what was captured after an overflow still comes. */
  closeOnError: boolean;
}

export interface NativeStream {
  start(): void;
  /** Waits for so many bytes; gives fewer when the stream was quit. */
  read(bytes: number): Promise<{ buf: Buffer; finished: boolean }>;
  quit(how: 'WAIT' | 'ABORT'): Promise<void>;
}

/** The part of naudiodon that is compiled, and used here. */
export interface Naudiodon {
  getDevices(): NativeDevice[];
  getHostAPIs(): { defaultHostAPI: number; HostAPIs: NativeHostApi[] };
  create(options: { inOptions: NativeInput }): NativeStream;
}

/** Descriptor on which the child writes samples, because PortAudio prints on stdout. */
export const PCM_FD = 4;

const require = createRequire(import.meta.url);

/** Where the compiled part lies; undefined when naudiodon is not installed. */
export function naudiodonPath(): string | undefined {
  try {
    return require.resolve(join(dirname(require.resolve('naudiodon')), 'build', 'Release', 'naudiodon.node'));
  } catch {
    return undefined;
  }
}

/**
 * Loads the compiled part alone: the package's own entry writes a crash.log into the working folder, and its stream
 * holds back half a second of sound.
 */
export function loadNaudiodon(path: string): Naudiodon {
  return require(path) as Naudiodon;
}
