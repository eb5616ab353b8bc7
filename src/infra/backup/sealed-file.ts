import { createHash } from 'node:crypto';
import { open, stat, writeFile, type FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { constants, createGunzip, createGzip, gunzipSync } from 'node:zlib';
import { writePrivately } from '../process/files/private-file.ts';

/** SHA-256 over all bytes before it, at the end of the file. */
const SEAL_BYTES = 32;
const READ_BYTES = 256 * 1024;
const BEGINNING_BYTES = 4 * 1024;
/** A line holds one row; what is longer was not written here. */
const MAX_LINE_CHARS = 64 * 1024 * 1024;

/**
 * Writes lines as gzip with a seal behind, mode 0600: the complete file or none.
 * @returns the file's size in bytes. Throws what the lines throw, the signal's reason, and system errors.
 */
export async function writeSealed(
  path: string,
  lines: AsyncIterable<string>,
  signal?: AbortSignal,
): Promise<number> {
  let bytes = 0;
  await writePrivately(path, async (file) => {
    const write = (chunks: AsyncIterable<Buffer>): Promise<void> => writeFile(file, sealed(chunks));
    await pipeline(lines, createGzip(), write, { ...(signal && { signal }) });
    bytes = (await file.stat()).size;
  });
  return bytes;
}

async function* sealed(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
  yield hash.digest();
}

/** A sealed file that is open for reading; it stays the same file when its name is given to another. */
export class SealedFile implements AsyncDisposable {
  private constructor(
    private readonly file: FileHandle,
    /** Bytes before the seal. */
    private readonly length: number,
  ) {}

  /** Undefined when it is no regular file, which might never end. Throws system errors. */
  static async open(path: string): Promise<SealedFile | undefined> {
    const stats = await stat(path);
    if (!stats.isFile()) return undefined;
    const file = await open(path, 'r');
    const { size } = await file.stat();
    return new SealedFile(file, Math.max(0, size - SEAL_BYTES));
  }

  /** False when any bit is another than it was written, or the end is missing. */
  async isIntact(): Promise<boolean> {
    const hash = createHash('sha256');
    for await (const chunk of this.#chunks(0, this.length)) hash.update(chunk);
    const seal: Buffer[] = [];
    for await (const chunk of this.#chunks(this.length, this.length + SEAL_BYTES)) seal.push(chunk);
    return hash.digest().equals(Buffer.concat(seal));
  }

  /** As much of the text as its first bytes give; nothing is checked. Throws an Error where it is no gzip. */
  async beginning(): Promise<string> {
    const first = await this.#chunks(0, Math.min(this.length, BEGINNING_BYTES)).next();
    const bytes = first.done ? Buffer.alloc(0) : first.value;
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).toString();
  }

  /** What was written, line by line. Throws an Error where it is no gzip, or a line has no end. */
  async *lines(): AsyncGenerator<string> {
    const gunzip = createGunzip();
    const reading = pipeline(this.#chunks(0, this.length), gunzip);
    // Its failure comes out of the loop.
    reading.catch(() => undefined);
    let rest = '';
    for await (const text of gunzip.setEncoding('utf8') as AsyncIterable<string>) {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      if (rest.length > MAX_LINE_CHARS) throw new RangeError('a line is too long');
      yield* lines;
    }
    if (rest !== '') throw new RangeError('the last line has no end');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.file.close();
  }

  async *#chunks(from: number, to: number): AsyncGenerator<Buffer> {
    for (let at = from; at < to;) {
      const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, to - at));
      const { bytesRead } = await this.file.read(buffer, 0, buffer.length, at);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
      at += bytesRead;
    }
  }
}
