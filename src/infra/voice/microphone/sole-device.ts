import type { AudioDevice } from '../../../dictation/ports/microphone.ts';
import { HeycatError } from '../../../errors.ts';
import { SPEECH_RATE } from '../audio/speech-converter.ts';

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
