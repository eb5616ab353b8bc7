import { HeycatError } from '../../../../errors.ts';

/** What is damaged, as the beginning of a sentence, and the file that it was found in. */
export function damagedStore(what: string, path: string, cause?: unknown): HeycatError {
  const sentence = `${what}; it was left as it is, and \`heycat restore --latest\` brings the data back from a backup.`;
  return new HeycatError('ENGINE_UNAVAILABLE', sentence, { path, reason: 'log_corrupt' }, { cause });
}
