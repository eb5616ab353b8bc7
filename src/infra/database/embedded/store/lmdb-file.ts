import { existsSync } from 'node:fs';
import { chmod, open as openFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { open, type RootDatabase } from 'lmdb';
import { EngineError } from '../engine-error.ts';
import { damagedStore } from './damaged-store.ts';
import type { Entry, Readable, Stored } from './key-value.ts';
import { seal, unseal } from './sealed-value.ts';

/** Number of the last write-ahead log file whose writes are all here. */
const APPLIED = 'a';
/** Addresses set aside for the file, not memory: each time it outgrew them it would be mapped once more beside itself. */
const MAP_BYTES = 2 ** 30;
/** Names the last slice of writes that was applied completely. */
const CARRIED = 'b';
/** Writes of one transaction, which are handed over at once: more would hold up the event loop. */
const SLICE = 500;

/** Keys of one character per byte. */
const keyEncoder = {
  writeKey: (key: string, target: Buffer, start: number) => start + target.write(key, start, 'latin1'),
  readKey: (source: Buffer, start: number, end: number) => source.toString('latin1', start, end),
};

/** Values are copied into Node's pool: a buffer of its own for each of a hundred thousand rows costs more than reading. */
const encoder = {
  encode: (value: Buffer) => value,
  /** @param bytes are LMDB's own; their `length` is that of the value, which Buffer's methods do not know. */
  decode: (bytes: Buffer) => {
    const value = Buffer.allocUnsafe(bytes.length);
    value.set(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length));
    return value;
  },
};

/** So many reads make it worthwhile to open the file again. */
const WORN_READS = 1_000;

/** The rows that have left the write-ahead log, in an LMDB file. */
export class LmdbFile implements Readable {
  /** Opened by whoever needs it. */
  private opened: RootDatabase<Buffer, string> | undefined;
  private closing: Promise<void> | undefined;
  /** Entries read or written since it was opened. */
  private uses = 0;

  private constructor(
    private readonly folder: string,
    private readonly path: string,
    private readonly isSealed: boolean,
  ) {}

  /**
   * @param isSealed false for a file of the first format, whose values have no checksums.
   * @throws EngineError ENGINE_UNAVAILABLE when it is damaged, as every reading does.
   */
  static async open(folder: string, isSealed: boolean): Promise<LmdbFile> {
    const path = join(folder, 'data.mdb');
    if (existsSync(path)) await checkFile(path);
    const file = new LmdbFile(folder, path, isSealed);
    file.database();
    for (const name of ['data.mdb', 'lock.mdb']) await chmod(join(folder, name), 0o600);
    return file;
  }

  get applied(): number {
    return Number(this.get(APPLIED)?.toString() ?? 0);
  }

  get(key: string): Stored | undefined {
    this.uses += 1;
    const value = this.database().get(key);
    return value === undefined ? undefined : this.checked(key, value);
  }

  *range(start: string, end: string | undefined): Generator<Entry> {
    const options = end === undefined ? { start } : { start, end };
    for (const { key, value } of this.database().getRange(options)) {
      this.uses += 1;
      yield [key, this.checked(key, value)];
    }
  }

  /** Resolves when all is on disk, and later reads see it. Done twice it is the same, so half of it does no harm. */
  async apply(writes: Iterable<[string, Stored | null]>, applied: number): Promise<void> {
    let [slice, slices]: [[string, Stored | null][], number] = [[], 0];
    for (const write of writes) {
      if (slice.push(write) < SLICE) continue;
      await this.carry(slice, `${applied}.${slices++}`);
      slice = [];
    }
    slice.push([APPLIED, String(applied)]);
    await this.carry(slice, `${applied}.${slices}`);
  }

  /**
   * Gives back the pages of the file that were read and the buffers that were written with, which LMDB keeps for as long
   * as it has the file open. Not while {@link apply} runs.
   */
  rest(): void {
    if (this.uses < WORN_READS) return;
    this.uses = 0;
    // Who reads before it has closed opens it a second time, and then nothing is given back.
    // What failed to be written is reported by apply.
    this.closing = this.opened?.close().catch(() => undefined);
    this.opened = undefined;
  }

  async close(): Promise<void> {
    await this.closing;
    await this.opened?.close();
    this.opened = undefined;
  }

  /** One transaction. Its mark is read back: LMDB's promises can resolve where the disk refused what they stand for. */
  private async carry(writes: readonly [string, Stored | null][], mark: string): Promise<void> {
    const database = this.database();
    this.uses += writes.length;
    const batch = database.batch(() => {
      for (const [key, value] of [...writes, [CARRIED, mark] as const]) void this.write(database, key, value);
    });
    await handled(batch);
    database.resetReadTxn();
    if (this.get(CARRIED)?.toString() !== mark)
      throw new EngineError('INTERNAL', 'A transaction was refused without a word.');
  }

  private write(database: RootDatabase<Buffer, string>, key: string, value: Stored | null): Promise<boolean> {
    if (value === null) return database.remove(key);
    const bytes = typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
    return database.put(key, this.isSealed ? seal(key, bytes) : bytes);
  }

  private checked(key: string, value: Buffer): Buffer {
    const intact = this.isSealed ? unseal(key, value) : value;
    if (intact === undefined) throw damaged(this.path);
    return intact;
  }

  private database(): RootDatabase<Buffer, string> {
    if (this.opened !== undefined) return this.opened;
    try {
      // Each commit waits for the disk: the write-ahead log is deleted on its word.
      this.opened = open<Buffer, string>({
        path: this.folder,
        noSubdir: false,
        keyEncoder,
        encoder,
        encoding: 'binary',
        overlappingSync: false,
        // A batch of LMDB's own making has a promise that nobody sees, and that fails with the disk.
        eventTurnBatching: false,
        mapSize: MAP_BYTES,
      });
      return this.opened;
    } catch (cause) {
      throw damaged(this.path, cause);
    }
  }
}

/** It may fail before anybody waits for it, and its cause, a promise of LMDB's own, is never waited for. */
function handled(written: Promise<boolean>): Promise<boolean> {
  written.catch(({ commitError }: { commitError?: Promise<never> }) => commitError?.catch(() => undefined));
  return written;
}

/** Where LMDB keeps what is looked at below, within each of the two pages that head a file. */
const META = { magic: 24, pageSize: 48, freeRoot: 88, mainRoot: 136, lastPage: 144, length: 160 };
const LMDB_MAGIC = 0xbeefc0de;
const NO_PAGE = 0xffffffffffffffffn;
/** A file may end a little before the last page that was ever handed out. */
const SLACK_PAGES = 64n;

/** LMDB maps the file and would die of a page that is not there, so a shortened one is found before. */
async function checkFile(path: string): Promise<void> {
  const file = await openFile(path, 'r');
  try {
    const { size } = await file.stat();
    const head = Buffer.alloc(META.length);
    await readHead(file, head, 0, path);
    const pageSize = head.readUInt32LE(META.pageSize);
    if (head.readUInt32LE(META.magic) !== LMDB_MAGIC || pageSize < 512) throw damaged(path);
    for (const position of [0, pageSize]) {
      await readHead(file, head, position, path);
      if (head.readUInt32LE(META.magic) !== LMDB_MAGIC) throw damaged(path);
      const pages = BigInt(Math.floor(size / pageSize));
      const roots = [META.freeRoot, META.mainRoot].map((at) => head.readBigUInt64LE(at));
      const inside = roots.every((root) => root === NO_PAGE || root < pages);
      if (!inside || head.readBigUInt64LE(META.lastPage) + 1n > pages + SLACK_PAGES) throw damaged(path);
    }
  } finally {
    await file.close();
  }
}

async function readHead(file: FileHandle, head: Buffer, position: number, path: string): Promise<void> {
  const { bytesRead } = await file.read(head, 0, head.length, position);
  if (bytesRead < head.length) throw damaged(path);
}

function damaged(path: string, cause?: unknown): EngineError {
  return damagedStore(`The database file ${path} is damaged`, path, cause);
}
