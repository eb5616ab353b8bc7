import { isUtf8 } from 'node:buffer';
import { BsatnError, IDENTITY, optionOf, TIMESTAMP, wraps, type TypeSchema } from './types.ts';

/** How a list says where its rows begin. */
const FIXED_SIZE_ROWS = 0;
const ROW_OFFSETS = 1;
const IDENTITY_BYTES = 32;

/**
 * Reads BSATN, without a BigInt for every number of 64 bits, or a TextDecoder for every text. Reading past the end is
 * noticed at the next text or list, or by {@link assertAtEnd}.
 */
export class BsatnReader {
  readonly #bytes: Buffer;
  #at: number;
  readonly #end: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#at = start;
    this.#end = end;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#end;
  }

  /** @throws BsatnError when more or less than everything was read. */
  assertAtEnd(): void {
    if (this.#at !== this.#end) throw tooShort();
  }

  u8(): number {
    return this.#bytes[this.#at++]!;
  }

  u16(): number {
    return this.u8() | (this.u8() << 8);
  }

  i32(): number {
    const bytes = this.#bytes;
    const at = this.#at;
    this.#at = at + 4;
    return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
  }

  u32(): number {
    return this.i32() >>> 0;
  }

  /** Exact up to 2^53. */
  u64(): number {
    const low = this.u32();
    return this.u32() * 2 ** 32 + low;
  }

  /** Exact up to 2^53. */
  i64(): number {
    const low = this.u32();
    return this.i32() * 2 ** 32 + low;
  }

  /** An i64 of microseconds as an integer of milliseconds; exact for all that it can hold. */
  millis(): number {
    const low = this.u32();
    const high = this.i32();
    const thousands = Math.floor(high / 1000);
    return thousands * 2 ** 32 + Math.floor(((high - 1000 * thousands) * 2 ** 32 + low) / 1000);
  }

  u128(): bigint {
    const low = this.#bytes.readBigUInt64LE(this.#at);
    this.#at += 16;
    return (this.#bytes.readBigUInt64LE(this.#at - 8) << 64n) | low;
  }

  i128(): bigint {
    return BigInt.asIntN(128, this.u128());
  }

  /** @param like is given back where the text is the same, so that columns which repeat make no new text. */
  text(like = ''): string {
    const length = this.u32();
    const start = this.#take(length);
    if (length === like.length && this.#spells(like, start)) return like;
    return this.#bytes.toString('utf8', start, this.#at);
  }

  /** A text from a writer that is not trusted. @throws BsatnError for bytes that are not UTF-8. */
  strictText(): string {
    const bytes = this.bytes();
    if (!isUtf8(bytes)) throw new BsatnError('A text is not UTF-8.');
    return bytes.toString('utf8');
  }

  /** The bytes that come with their length; a view. */
  bytes(): Buffer {
    return this.raw(this.u32());
  }

  /** As many bytes; a view. */
  raw(length: number): Buffer {
    const start = this.#take(length);
    return this.#bytes.subarray(start, this.#at);
  }

  list<T>(read: () => T): T[] {
    return Array.from({ length: this.count() }, read);
  }

  option<T>(read: () => T): T | undefined {
    return this.u8() === 0 ? read() : undefined;
  }

  /** A reader of the rows in a list of rows, one after the other. */
  rows(): BsatnReader {
    this.#rowsHead();
    return this.part();
  }

  /** Passes over a list of rows. */
  skipRows(): void {
    this.#rowsHead();
    this.skipBytes();
  }

  /** A reader of the bytes that come with their length. */
  part(): BsatnReader {
    const start = this.#take(this.u32());
    return new BsatnReader(this.#bytes, start, this.#at);
  }

  /** The length of a list whose elements have at least one byte. */
  count(): number {
    const count = this.u32();
    if (count > this.#end - this.#at) throw tooShort();
    return count;
  }

  /** What has not been read. */
  rest(): Uint8Array {
    return this.#bytes.subarray(this.#at, this.#end);
  }

  skip(size: number): void {
    this.#at += size;
  }

  skipBytes(): void {
    this.#take(this.u32());
  }

  /** Passes over these bytes when they come next; else false, and nothing is passed over. */
  takes(expected: Uint8Array): boolean {
    const start = this.#at;
    for (let index = 0; index < expected.length; index++)
      if (this.#bytes[start + index] !== expected[index]) return false;
    this.#at += expected.length;
    return true;
  }

  /** Only ASCII text has as many characters as bytes. */
  #spells(text: string, start: number): boolean {
    for (let index = 0; index < text.length; index++)
      if (this.#bytes[start + index] !== text.charCodeAt(index)) return false;
    return true;
  }

  #rowsHead(): void {
    const form = this.u8();
    if (form === FIXED_SIZE_ROWS) this.skip(2);
    else if (form === ROW_OFFSETS)
      this.skip(8 * this.u32()); // where each row begins
    else throw new BsatnError('The list of rows has an unknown form.');
  }

  #take(length: number): number {
    const start = this.#at;
    if (start + length > this.#end) throw tooShort();
    this.#at = start + length;
    return start;
  }
}

function tooShort(): BsatnError {
  return new BsatnError('The bytes do not end where they should.');
}

/** Reads one value in wire form: u64 as number, Timestamp as ISO text, Identity as hex, an absent option as null. */
export type Decode = (reader: BsatnReader) => unknown;

/** Compiles a decoder once per type, so that no value has its type walked again. @throws BsatnError for other types. */
export function compileDecoder(type: TypeSchema): Decode {
  const scalar = SCALARS[type.kind];
  if (scalar !== undefined) return scalar;
  if (type.kind === 'string') return decodeText();
  if (type.kind === 'product') return decodeProduct(type);
  if (type.kind === 'array') {
    const decodeItem = compileDecoder(type.element);
    return (reader) => reader.list(() => decodeItem(reader));
  }
  const inner = optionOf(type);
  if (inner === undefined) throw new BsatnError(`The type ${type.kind} cannot be carried.`);
  const decodeSome = compileDecoder(inner);
  return (reader) => (reader.u8() === 0 ? decodeSome(reader) : null);
}

const SCALARS: Readonly<Record<string, Decode>> = {
  bool: (reader) => reader.u8() === 1,
  u8: (reader) => reader.u8(),
  u16: (reader) => reader.u16(),
  u32: (reader) => reader.u32(),
  i32: (reader) => reader.i32(),
  u64: (reader) => reader.u64(),
  i64: (reader) => reader.i64(),
  u128: (reader) => reader.u128(),
};

function decodeProduct(type: TypeSchema & { kind: 'product' }): Decode {
  if (wraps(type, IDENTITY)) return decodeIdentity();
  if (wraps(type, TIMESTAMP)) return (reader) => isoFromMillis(reader.millis());
  const decoders = type.elements.map((field) => ({
    name: field.name ?? '',
    decode: compileDecoder(field.type),
  }));
  return (reader) => {
    const value: Record<string, unknown> = {};
    for (const { name, decode } of decoders) value[name] = decode(reader);
    return value;
  };
}

/** Many columns have the same text in row after row. */
function decodeText(): Decode {
  let last = '';
  return (reader) => (last = reader.text(last));
}

/** Mostly the one of the row before. */
function decodeIdentity(): Decode {
  let last = Buffer.alloc(IDENTITY_BYTES);
  let text = last.toString('hex');
  return (reader) => {
    if (reader.takes(last)) return text;
    last = Buffer.from(reader.raw(IDENTITY_BYTES));
    return (text = Buffer.from(last.toReversed()).toString('hex'));
  };
}

const DAY_MS = 86_400_000;
const iso = Buffer.from(new Date(0).toISOString());
let last = { millis: 0, day: 0, text: iso.toString() };

/** As Date.toISOString, at a fifth of its time for rows of one day. */
function isoFromMillis(millis: number): string {
  if (millis === last.millis) return last.text;
  const day = Math.floor(millis / DAY_MS);
  let text: string;
  if (day === last.day && last.text.length === iso.length) text = withTime(millis - day * DAY_MS);
  else {
    text = new Date(millis).toISOString();
    iso.write(text);
  }
  last = { millis, day, text };
  return text;
}

/** The date that was written last with this time of the day. */
function withTime(millis: number): string {
  const seconds = Math.floor(millis / 1000);
  const minutes = Math.floor(seconds / 60);
  twoDigits(Math.floor(minutes / 60), 11);
  twoDigits(minutes % 60, 14);
  twoDigits(seconds % 60, 17);
  twoDigits(Math.floor((millis % 1000) / 10), 20);
  iso[22] = 48 + (millis % 10);
  return iso.toString('latin1');
}

function twoDigits(value: number, at: number): void {
  iso[at] = 48 + Math.floor(value / 10);
  iso[at + 1] = 48 + (value % 10);
}
