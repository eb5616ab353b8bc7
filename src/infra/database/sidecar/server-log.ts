import { constants } from 'node:fs';
import { type FileHandle, open, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { ensurePrivateFolder } from '../../process/files/private-file.ts';

const SIZE_MAX = 5 * 1024 * 1024;
const TAIL_BYTES = 16 * 1024;
const TAIL_LINES = 6;
const WEB_TOKEN = /eyJ[\w-]{8,}(\.[\w-]*){0,2}/g;
const BANNER = /[│─┌└]/;

/** The server's stdout and stderr, in a file of mode 0600; the one before is kept as `.1`. */
export class ServerLog {
  readonly #file: FileHandle;
  readonly #offset: number;

  private constructor(
    readonly path: string,
    file: FileHandle,
    offset: number,
  ) {
    this.#file = file;
    this.#offset = offset;
  }

  static async open(folder: string): Promise<ServerLog> {
    await ensurePrivateFolder(folder);
    const path = join(folder, 'spacetimedb.log');
    const size = await stat(path).then(
      (stats) => stats.size,
      () => 0,
    );
    if (size > SIZE_MAX) await rename(path, `${path}.1`);
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | (constants.O_NOFOLLOW ?? 0);
    const file = await open(path, flags, 0o600);
    return new ServerLog(path, file, (await file.stat()).size);
  }

  /** Descriptor to hand to the child. */
  get fd(): number {
    return this.#file.fd;
  }

  /** The server's last own lines since it was opened, fit to be shown: no banner, no backtrace, no token. */
  async tail(): Promise<string> {
    const { size } = await this.#file.stat();
    const start = Math.max(this.#offset, size - TAIL_BYTES);
    const buffer = Buffer.alloc(size - start);
    await this.#file.read(buffer, 0, buffer.length, start);
    return readableLines(buffer.toString('utf8')).slice(-TAIL_LINES).join('\n');
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

/** Lines of a server's output that mean something to a reader. */
export function readableLines(output: string): string[] {
  const backtrace = output.search(/^Stack backtrace:|^stack backtrace:/m);
  const text = backtrace < 0 ? output : output.slice(0, backtrace);
  return stripVTControlCharacters(text)
    .replace(WEB_TOKEN, '[token]')
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => /[A-Za-z]{3}/.test(line) && !BANNER.test(line));
}
