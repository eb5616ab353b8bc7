import { constants, writeSync, fsyncSync } from 'node:fs';
import { open, readdir, readFile, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { syncFolder } from './sync-folder.ts';

/** Bytes before each group. Little endian: magic, length of the body, CRC-32 of the body. */
const HEADER = 12;
/** On other systems `fsync` is called: only on Linux does O_DSYNC reach the disk itself. */
const SYNCED = process.platform === 'linux' ? constants.O_DSYNC : 0;

/** Files are preallocated with these: a synced write that does not change the length waits only for the data. */
const ZEROS = Buffer.alloc(256 * 1024);

/** The location of a log; several may share a folder. */
export interface SegmentPlace {
  folder: string;
  /** Files are called `<name>-<ten digits>`. */
  name: string;
  /** The first four bytes of each group. */
  magic: number;
}

/** The content of one file of a log. */
export interface Segment {
  number: number;
  path: string;
  /** The bodies of all complete groups in order, including those after a damaged one. */
  groups: Buffer[];
  /** The end of the complete groups from the beginning. */
  end: number;
  /** `torn`: a crash truncated the last group, which was never acknowledged. `damaged`: complete groups follow a broken one. */
  state: 'intact' | 'torn' | 'damaged';
}

/**
 * The writing end of a log: numbered files of checksummed groups of bytes in one folder. Each group is written with one
 * call and one sync.
 */
export class SegmentLog {
  #broken = false;
  /** Length of the current file, including preallocated space. */
  #room = 0;

  private constructor(
    private readonly place: SegmentPlace,
    private file: FileHandle,
    private current: number,
    private size: number,
  ) {}

  /** Continues in a new file after those that were read, or after `after` if there are none. */
  static async continue(place: SegmentPlace, read: readonly Segment[], after = 0): Promise<SegmentLog> {
    // Must be cut before anything follows: after the next crash a truncated group would look like damage in the middle.
    for (const { state, path, end } of read) if (state === 'torn') await cutFile(path, end);
    const next = (read.at(-1)?.number ?? after) + 1;
    return new SegmentLog(place, await create(place, next), next, 0);
  }

  /** Bytes in the current file. */
  get length(): number {
    return this.size;
  }

  /**
   * Resolves when the group is on disk. One call at a time.
   * @param group made by {@link newGroup}.
   * @throws the system's error; then nothing of the group remains, and a later call may succeed.
   */
  async append(group: Buffer): Promise<void> {
    if (this.#broken) await this.#repair();
    seal(group, this.place.magic);
    try {
      while (this.#room < this.size + group.length) {
        await writeAll(this.file, ZEROS, this.#room);
        this.#room += ZEROS.length;
      }
      await writeAll(this.file, group, this.size);
      if (SYNCED === 0) await this.file.sync();
    } catch (error) {
      this.#broken = true;
      await this.#repair().catch(() => undefined);
      throw error;
    }
    this.size += group.length;
  }

  /** The same, synchronously; not while an append is in progress. */
  appendSync(group: Buffer): void {
    if (this.#broken) throw new RangeError('The log must be repaired by append first.');
    seal(group, this.place.magic);
    try {
      while (this.#room < this.size + group.length) {
        writeAllSync(this.file, ZEROS, this.#room);
        this.#room += ZEROS.length;
      }
      writeAllSync(this.file, group, this.size);
      if (SYNCED === 0) fsyncSync(this.file.fd);
    } catch (error) {
      this.#broken = true;
      throw error;
    }
    this.size += group.length;
  }

  /** Continues in a new file; returns the number of the previous one. */
  async rotate(): Promise<number> {
    if (this.#broken) await this.#repair();
    const before = this.current;
    const file = await create(this.place, before + 1);
    await this.close();
    this.file = file;
    this.current = before + 1;
    this.size = 0;
    this.#room = 0;
    return before;
  }

  /** Deletes the files up to and including this one. */
  async forget(upTo: number): Promise<void> {
    for (const number of await fileNumbers(this.place))
      if (number <= upTo) await unlink(pathOf(this.place, number));
  }

  async close(): Promise<void> {
    // Preallocated space reads as no groups, so it may stay if it cannot be truncated.
    if (this.#room > this.size) await this.file.truncate(this.size).catch(() => undefined);
    await this.file.close();
  }

  /** Removes the remains of a failed append, so that no group ever follows an incomplete one. */
  async #repair(): Promise<void> {
    await this.file.truncate(this.size);
    await this.file.sync();
    this.#room = this.size;
    this.#broken = false;
  }
}

/** A buffer for a group; the body begins at {@link BODY}. */
export function newGroup(bodyLength: number): Buffer {
  return Buffer.allocUnsafe(HEADER + bodyLength);
}

/** The offset of the body in a buffer of {@link newGroup}. */
export const BODY = HEADER;

/** Reads the files above `after` in order, and changes nothing. */
export async function readSegments(place: SegmentPlace, after = 0): Promise<Segment[]> {
  const segments: Segment[] = [];
  for (const number of await fileNumbers(place)) {
    if (number <= after) continue;
    const path = pathOf(place, number);
    segments.push({ number, path, ...readGroups(await readFile(path), place.magic) });
  }
  const last = segments.findLastIndex(({ groups }) => groups.length > 0);
  // Only the end of the last file can have been truncated by a crash.
  for (const segment of segments.slice(0, Math.max(0, last)))
    if (segment.state === 'torn') segment.state = 'damaged';
  return segments;
}

function readGroups(bytes: Buffer, magic: number): Pick<Segment, 'groups' | 'end' | 'state'> {
  const groups: Buffer[] = [];
  let end = takeGroups(bytes, magic, { from: 0, groups });
  if (isZero(bytes.subarray(end))) return { groups, end, state: 'intact' };
  const before = groups.length;
  for (let at = findGroup(bytes, magic, end + 1); at >= 0;) {
    const behind = takeGroups(bytes, magic, { from: at, groups });
    at = findGroup(bytes, magic, behind);
  }
  return { groups, end, state: groups.length > before ? 'damaged' : 'torn' };
}

/** Returns the end of the last complete group. */
function takeGroups(
  bytes: Buffer,
  magic: number,
  { from, groups }: { from: number; groups: Buffer[] },
): number {
  let at = from;
  for (let end; (end = groupEnd(bytes, magic, at)) !== undefined; at = end)
    groups.push(bytes.subarray(at + HEADER, end));
  return at;
}

function groupEnd(bytes: Buffer, magic: number, at: number): number | undefined {
  if (at + HEADER > bytes.length || bytes.readUInt32LE(at) !== magic) return undefined;
  const end = at + HEADER + bytes.readUInt32LE(at + 4);
  if (end > bytes.length || crc32(bytes.subarray(at + HEADER, end)) !== bytes.readUInt32LE(at + 8))
    return undefined;
  return end;
}

/** The start of the next complete group, or -1. */
function findGroup(bytes: Buffer, magic: number, from: number): number {
  const mark = Buffer.allocUnsafe(4);
  mark.writeUInt32LE(magic);
  let at = bytes.indexOf(mark, from);
  while (at >= 0 && groupEnd(bytes, magic, at) === undefined) at = bytes.indexOf(mark, at + 1);
  return at;
}

function isZero(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at += ZEROS.length) {
    const part = bytes.subarray(at, at + ZEROS.length);
    if (!part.equals(ZEROS.subarray(0, part.length))) return false;
  }
  return true;
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let at = 0;
  while (at < bytes.length) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at, position + at);
    at += bytesWritten;
  }
}

function writeAllSync({ fd }: FileHandle, bytes: Buffer, position: number): void {
  let at = 0;
  while (at < bytes.length) at += writeSync(fd, bytes, at, bytes.length - at, position + at);
}

function seal(group: Buffer, magic: number): void {
  group.writeUInt32LE(magic, 0);
  group.writeUInt32LE(group.length - HEADER, 4);
  group.writeUInt32LE(crc32(group.subarray(HEADER)), 8);
}

function pathOf({ folder, name }: SegmentPlace, number: number): string {
  return join(folder, `${name}-${String(number).padStart(10, '0')}`);
}

async function fileNumbers({ folder, name }: SegmentPlace): Promise<number[]> {
  const prefix = `${name}-`;
  const digits = (await readdir(folder))
    .filter((file) => file.startsWith(prefix))
    .map((file) => file.slice(prefix.length))
    .filter((rest) => /^\d{10}$/.test(rest));
  return digits.map(Number).sort((left, right) => left - right);
}

async function create(place: SegmentPlace, number: number): Promise<FileHandle> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | SYNCED;
  const file = await open(pathOf(place, number), flags, 0o600);
  await syncFolder(place.folder);
  return file;
}

async function cutFile(path: string, end: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.truncate(end);
    await file.sync();
  } finally {
    await file.close();
  }
}
