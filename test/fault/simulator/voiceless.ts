import { HeycatError } from '../../../src/errors.ts';
import type { HeycatOptions } from '../../../src/heycat.ts';

const none = (): Promise<never> => Promise.reject(new HeycatError('DEVICE_UNAVAILABLE'));
const close = async (): Promise<void> => undefined;

/** A machine without microphone, keys and models: their children would be real processes. */
export const VOICELESS: Pick<HeycatOptions, 'microphone' | 'hotkeys' | 'recogniser'> = {
  microphone: { devices: async () => [], open: none, close },
  hotkeys: { register: none, close },
  recogniser: { transcribe: none, check: none, prepare: none, close },
};
