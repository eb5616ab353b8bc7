import { open, type FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import { HeycatError } from '../../../errors.ts';

const END_SIGNATURE = 0x0605_4b50;
const END_BYTES = 22;
const COMMENT_MAX = 0xffff;
const ENTRY_SIGNATURE = 0x0201_4b50;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const STORED = 0;
const DEFLATED = 8;

const inflate = promisify<Buffer, { maxOutputLength: number }, Buffer>(inflateRaw);

interface Entry {
  method: number;
  packedBytes: number;
  bytes: number;
  /** Where its local header begins. */
  offset: number;
}

/** Reads single files from a ZIP archive of less than 4 GiB, such as a Python wheel. */
export class ZipFile implements AsyncDisposable {
  private constructor(
    private readonly file: FileHandle,
    private readonly entries: ReadonlyMap<string, Entry>,
  ) {}

  /** @throws HeycatError INVALID_ARGUMENT if it is not such an archive. */
  static async open(path: string): Promise<ZipFile> {
    const file = await open(path, 'r');
    try {
      return new ZipFile(file, await readDirectory(file));
    } catch (thrown) {
      await file.close();
      throw thrown;
    }
  }

  /** @throws HeycatError NOT_FOUND, INVALID_ARGUMENT if it is damaged. */
  async read(name: string): Promise<Buffer> {
    const entry = this.entries.get(name);
    if (entry === undefined) throw new HeycatError('NOT_FOUND', `The archive has no ${name}.`);
    const { method, packedBytes, bytes, offset } = entry;
    const local = await part(this.file, offset, LOCAL_BYTES);
    // Name and extra field may have other lengths here than in the directory.
    const start = offset + LOCAL_BYTES + local.readUInt16LE(26) + local.readUInt16LE(28);
    const packed = await part(this.file, start, packedBytes);
    if (method === STORED) return packed;
    if (method !== DEFLATED) throw damaged();
    return inflate(packed, { maxOutputLength: Math.max(1, bytes) }).catch(() => {
      throw damaged();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.file.close();
  }
}

async function readDirectory(file: FileHandle): Promise<Map<string, Entry>> {
  const { size } = await file.stat();
  const tail = await part(
    file,
    Math.max(0, size - END_BYTES - COMMENT_MAX),
    Math.min(size, END_BYTES + COMMENT_MAX),
  );
  let end = tail.length - END_BYTES;
  while (end >= 0 && tail.readUInt32LE(end) !== END_SIGNATURE) end--;
  if (end < 0) throw damaged();
  const directory = await part(file, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
  const entries = new Map<string, Entry>();
  for (let at = 0; at + ENTRY_BYTES <= directory.length && directory.readUInt32LE(at) === ENTRY_SIGNATURE;) {
    const lengths = [28, 30, 32].map((offset) => directory.readUInt16LE(at + offset));
    const name = directory.toString('utf8', at + ENTRY_BYTES, at + ENTRY_BYTES + lengths[0]!);
    entries.set(name, {
      method: directory.readUInt16LE(at + 10),
      packedBytes: directory.readUInt32LE(at + 20),
      bytes: directory.readUInt32LE(at + 24),
      offset: directory.readUInt32LE(at + 42),
    });
    at += ENTRY_BYTES + lengths.reduce((sum, length) => sum + length, 0);
  }
  return entries;
}

async function part(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { size } = await file.stat();
  if (position + length > size) throw damaged();
  const { buffer } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer;
}

function damaged(): HeycatError {
  return new HeycatError('INVALID_ARGUMENT', 'The archive is damaged or not a ZIP archive.');
}
