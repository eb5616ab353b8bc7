import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { HeycatError } from '../../../errors.ts';

/** SHA-256 of a file, in hex. */
export async function digestOf(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    if (signal?.aborted) throw HeycatError.from(signal.reason);
    hash.update(chunk as Buffer);
  }
  return hash.digest('hex');
}

/** SHA-256 of a content, in hex. */
export function digestOfContent(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
