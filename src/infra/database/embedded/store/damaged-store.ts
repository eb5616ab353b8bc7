import { EngineError } from '../engine-error.ts';

/** What is damaged, as the beginning of a sentence, and the file that it was found in. */
export function damagedStore(what: string, path: string, cause?: unknown): EngineError {
  const sentence = `${what}; it was left as it is`;
  return new EngineError('ENGINE_UNAVAILABLE', sentence, { path, reason: 'log_corrupt' }, { cause });
}
