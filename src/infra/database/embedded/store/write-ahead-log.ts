import {
  BODY,
  newGroup,
  readSegments,
  SegmentLog,
  type SegmentPlace,
} from '../../../process/files/segment-log.ts';
import { damagedStore } from './damaged-store.ts';
import type { Stored } from './key-value.ts';

const MAGIC = 0x67634831;
const DELETED = 0xffffffff;

export type Group = Map<string, Stored | null>;

/** Files of groups of writes in one folder, for what the LMDB file does not have yet. */
export class WriteAheadLog {
  private constructor(private readonly segments: SegmentLog) {}

  /**
   * Passes `replay` every group of the files above `applied` in order, then continues in a new file.
   * @throws EngineError ENGINE_UNAVAILABLE when a group in the middle is damaged.
   */
  static async open(folder: string, applied: number, replay: (group: Group) => void): Promise<WriteAheadLog> {
    const place: SegmentPlace = { folder, name: 'wal', magic: MAGIC };
    const read = await readSegments(place, applied);
    const broken = read.find(({ state }) => state === 'damaged');
    if (broken !== undefined)
      throw damagedStore(`The database is damaged in the middle of ${broken.path}`, broken.path);
    const segments = await SegmentLog.continue(place, read, applied);
    for (const { groups } of read) for (const bytes of groups) replay(decodeGroup(bytes));
    return new WriteAheadLog(segments);
  }

  /** Bytes in the current file. */
  get length(): number {
    return this.segments.length;
  }

  /** Returns when the group is on disk. */
  append(group: Group): void {
    this.segments.appendSync(encodeGroup(group));
  }

  /** Continues in a new file; returns the number of the last one before it. */
  rotate(): Promise<number> {
    return this.segments.rotate();
  }

  /** Deletes the files up to this one. */
  forget(applied: number): Promise<void> {
    return this.segments.forget(applied);
  }

  close(): Promise<void> {
    return this.segments.close();
  }
}

function encodeGroup(group: Group): Buffer {
  let length = 0;
  for (const [key, value] of group) length += 6 + key.length + (value?.length ?? 0);
  const bytes = newGroup(length);
  let at = BODY;
  for (const [key, value] of group) {
    at = bytes.writeUInt16LE(key.length, at);
    at = bytes.writeUInt32LE(value === null ? DELETED : value.length, at);
    at += bytes.write(key, at, 'latin1');
    if (typeof value === 'string') at += bytes.write(value, at, 'latin1');
    else if (value !== null) at += value.copy(bytes, at);
  }
  return bytes;
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
