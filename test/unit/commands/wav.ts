import type { WavInspector } from '../../../src/commands/recordings/wav-inspector.ts';
import { HeycatError } from '../../../src/errors.ts';

/** Paths that were looked at. */
export const inspected: string[] = [];

/** Takes every file but an mp3 for a WAV file. */
export const wav: WavInspector = {
  inspect: (path) => {
    inspected.push(path);
    if (path.endsWith('.mp3'))
      return Promise.reject(new HeycatError('INVALID_ARGUMENT', 'no WAV', { field: 'file_path' }));
    return Promise.resolve({ duration_ms: 1234, sample_rate: 16_000 });
  },
};
