import { constants } from 'node:fs';
import { open, readdir, readFile, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { HeycatError } from '../../../../errors.ts';
import { syncFolder } from '../../../private-file.ts';
import type { Stored } from './key-value.ts';

/** One group: these 12 bytes, then its entries. Little endian: magic, length of the entries, CRC-32 of the entries. */
const HEADER = 12;
const MAGIC = 0x67634831;
const NAME = /^wal-(\d{10})$/;
const DELETED = 0xffffffff;
/** Elsewhere `fsync` has to be asked for: only Linux's O_DSYNC means the disk itself. */
const SYNCED = process.platform === 'linux' ? constants.O_DSYNC : 0;

export type Group = Map<string, Stored | null>;

/**
 * Files of groups of writes, numbered upwards, in one folder. A group is written with one call and one sync; one that
 * a crash cut off is the last there is, and nobody has been told that it was durable.
 */
export class WriteAheadLog {
  private constructor(
    private readonly folder: string,
    private file: FileHandle,
    /** Number of the file that is being written. */
    private current: number,
    private size: number,
  ) {}

  /**
   * Tells `replay` every group of the files above `applied` in order, then continues in a new file.
   * @throws HeycatError ENGINE_UNAVAILABLE when a group in the middle is damaged.
   */
  static async open(folder: string, applied: number, replay: (group: Group) => void): Promise<WriteAheadLog> {
    const numbers = (await fileNumbers(folder)).filter((number) => number > applied);
    const groups: Group[] = [];
    const torn: { path: string; end: number }[] = [];
    for (const [position, number] of numbers.entries()) {
      const bytes = await readFile(fileName(folder, number));
      const end = readGroups(bytes, (group) => groups.push(group));
      if (end === bytes.length) continue;
      const mustBeWhole = await holdsGroups(folder, numbers.slice(position + 1));
      if (mustBeWhole || findGroup(bytes, end + 1)) throw damaged(fileName(folder, number));
      torn.push({ path: fileName(folder, number), end });
    }
    // Before anything follows it: what a crash cut off would look like damage in the middle after the next crash.
    for (const { path, end } of torn) await cut(path, end);
    groups.forEach(replay);
    const next = (numbers.at(-1) ?? applied) + 1;
    return new WriteAheadLog(folder, await create(folder, next), next, 0);
  }

  /** Bytes in the current file. */
  get length(): number {
    return this.size;
  }

  /** Resolves when the group is on disk. One call at a time. */
  async append(group: Group): Promise<void> {
    const bytes = encodeGroup(group);
    let at = 0;
    while (at < bytes.length) at += (await this.file.write(bytes, at)).bytesWritten;
    if (SYNCED === 0) await this.file.sync();
    this.size += bytes.length;
  }

  /** Continues in a new file; returns the number of the last one before it. */
  async rotate(): Promise<number> {
    const before = this.current;
    const file = await create(this.folder, before + 1);
    await this.file.close();
    this.file = file;
    this.current = before + 1;
    this.size = 0;
    return before;
  }

  /** Deletes the files up to this one. */
  async forget(applied: number): Promise<void> {
    for (const number of await fileNumbers(this.folder))
      if (number <= applied) await unlink(fileName(this.folder, number));
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}

function fileName(folder: string, number: number): string {
  return join(folder, `wal-${String(number).padStart(10, '0')}`);
}

async function fileNumbers(folder: string): Promise<number[]> {
  const numbers = (await readdir(folder)).flatMap((name) => NAME.exec(name)?.[1] ?? []);
  return numbers.map(Number).sort((left, right) => left - right);
}

async function create(folder: string, number: number): Promise<FileHandle> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_APPEND | SYNCED;
  const file = await open(fileName(folder, number), flags, 0o600);
  await syncFolder(folder);
  return file;
}

async function cut(path: string, end: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.truncate(end);
    await file.sync();
  } finally {
    await file.close();
  }
}

function encodeGroup(group: Group): Buffer {
  let length = HEADER;
  for (const [key, value] of group) length += 6 + key.length + (value?.length ?? 0);
  const bytes = Buffer.allocUnsafe(length);
  let at = HEADER;
  for (const [key, value] of group) {
    at = bytes.writeUInt16LE(key.length, at);
    at = bytes.writeUInt32LE(value === null ? DELETED : value.length, at);
    at += bytes.write(key, at, 'latin1');
    if (typeof value === 'string') at += bytes.write(value, at, 'latin1');
    else if (value !== null) at += value.copy(bytes, at);
  }
  bytes.writeUInt32LE(MAGIC, 0);
  bytes.writeUInt32LE(length - HEADER, 4);
  bytes.writeUInt32LE(crc32(bytes.subarray(HEADER)), 8);
  return bytes;
}

/** Returns where the last whole group ends. */
function readGroups(bytes: Buffer, take: (group: Group) => void): number {
  let at = 0;
  for (let end; (end = groupEnd(bytes, at)) !== undefined; at = end)
    take(decodeGroup(bytes.subarray(at + HEADER, end)));
  return at;
}

function groupEnd(bytes: Buffer, at: number): number | undefined {
  if (at + HEADER > bytes.length || bytes.readUInt32LE(at) !== MAGIC) return undefined;
  const end = at + HEADER + bytes.readUInt32LE(at + 4);
  if (end > bytes.length || crc32(bytes.subarray(at + HEADER, end)) !== bytes.readUInt32LE(at + 8))
    return undefined;
  return end;
}

function decodeGroup(bytes: Buffer): Group {
  const group: Group = new Map();
  for (let at = 0; at < bytes.length;) {
    const keyEnd = at + 6 + bytes.readUInt16LE(at);
    const length = bytes.readUInt32LE(at + 2);
    const key = bytes.toString('latin1', at + 6, keyEnd);
    at = length === DELETED ? keyEnd : keyEnd + length;
    group.set(key, length === DELETED ? null : bytes.subarray(keyEnd, at));
  }
  return group;
}

async function holdsGroups(folder: string, numbers: number[]): Promise<boolean> {
  for (const number of numbers) if (findGroup(await readFile(fileName(folder, number)), 0)) return true;
  return false;
}

function findGroup(bytes: Buffer, from: number): boolean {
  const magic = Buffer.from([MAGIC & 255, (MAGIC >> 8) & 255, (MAGIC >> 16) & 255, MAGIC >> 24]);
  for (let at = bytes.indexOf(magic, from); at >= 0; at = bytes.indexOf(magic, at + 1))
    if (groupEnd(bytes, at) !== undefined) return true;
  return false;
}

function damaged(path: string): HeycatError {
  return new HeycatError(
    'ENGINE_UNAVAILABLE',
    `The database is damaged in the middle of ${path}; restore the data folder from a backup. Nothing was changed.`,
  );
}
