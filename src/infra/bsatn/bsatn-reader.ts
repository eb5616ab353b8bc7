import { HeycatError } from '../../errors.ts';

/**
 * Reads BSATN. The SDK's own reader makes a BigInt of every number of 64 bits, and a TextDecoder for every text.
 * Reading past the end is noticed at the next text or list, or by {@link assertWhole}.
 */
export class BsatnReader {
  readonly #bytes: Buffer;
  #at: number;
  readonly #end: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = start;
    this.#end = end;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#end;
  }

  /** @throws HeycatError INTERNAL when more or less than everything was read. */
  assertWhole(): void {
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

  /** An i64 of microseconds in whole milliseconds; exact for all that it can hold. */
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

  /** @param like is given back where the text is the same, so that columns which repeat make no new text. */
  text(like = ''): string {
    const length = this.u32();
    const start = this.#take(length);
    if (length === like.length && this.#spells(like, start)) return like;
    return this.#bytes.toString('utf8', start, this.#at);
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

  /** Passes over as many bytes; true when they are these. */
  matches(expected: Uint8Array): boolean {
    const start = this.#at;
    this.#at += expected.length;
    for (let index = 0; index < expected.length; index++)
      if (this.#bytes[start + index] !== expected[index]) return false;
    return true;
  }

  /** Only ASCII text has as many characters as bytes. */
  #spells(text: string, start: number): boolean {
    for (let index = 0; index < text.length; index++)
      if (this.#bytes[start + index] !== text.charCodeAt(index)) return false;
    return true;
  }

  #take(length: number): number {
    const start = this.#at;
    if (start + length > this.#end) throw tooShort();
    this.#at = start + length;
    return start;
  }
}

function tooShort(): HeycatError {
  return new HeycatError('INTERNAL', 'The bytes do not end where they should.');
}
