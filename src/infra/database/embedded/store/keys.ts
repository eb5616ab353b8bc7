import { createHash } from 'node:crypto';
import { NUMBER_BYTES, type NumberKind, type TypeSchema } from '../../../bsatn/types.ts';

/** LMDB's keys end at 1978 bytes, and an index entry holds two of ours. */
const LONGEST = 900;
const HASH = 32;
/** Longer texts are distinguished by a hash behind their first bytes. */
export const LONGEST_TEXT = 256;

/**
 * Builds keys whose bytes sort as the server sorts values, one character per byte: such strings compare and hash
 * natively. No key is the beginning of another of the same type, so keys can be put one behind the other.
 */
export class KeyWriter {
  private buffer: Buffer = Buffer.allocUnsafe(256);
  private length = 0;

  /** Begins a key with bytes that are kept as they are. */
  begin(prefix: string): void {
    this.length = 0;
    this.literal(prefix);
  }

  /** Appends a key that has been taken before. */
  literal(key: string): void {
    this.reserve(key.length);
    for (let at = 0; at < key.length; at++) this.buffer[this.length++] = key.charCodeAt(at);
  }

  /** The key written since `begin`; one above 900 bytes keeps its first 868 and the hash of the complete key. */
  take(): string {
    const { buffer, length } = this;
    if (length <= LONGEST) return buffer.toString('latin1', 0, length);
    const hash = createHash('sha256').update(buffer.subarray(0, length)).digest();
    return buffer.toString('latin1', 0, LONGEST - HASH) + hash.toString('latin1', 0, HASH);
  }

  byte(value: number): void {
    this.reserve(1);
    this.buffer[this.length++] = value;
  }

  /** A little-endian integer as big-endian; `flip` 0x80 puts negative numbers in front. */
  integer(bytes: Buffer, { offset, width, flip }: { offset: number; width: number; flip: number }): void {
    this.reserve(width);
    const first = this.length;
    for (let at = offset + width - 1; at >= offset; at--) this.buffer[this.length++] = bytes[at]!;
    this.buffer[first]! ^= flip;
  }

  /** The two zeroes are one value, and so are all NaN, which stand behind infinity. */
  float(value: number): void {
    this.reserve(8);
    this.buffer.writeDoubleBE(value === 0 ? 0 : value, this.length);
    const first = this.buffer[this.length]!;
    if (Number.isNaN(value)) this.buffer.fill(0xff, this.length, this.length + 8);
    else if (first < 0x80) this.buffer[this.length] = first | 0x80;
    else for (let at = this.length; at < this.length + 8; at++) this.buffer[at]! ^= 0xff;
    this.length += 8;
  }

  /**
   * Bytes, with 00 written as 00 ff and 00 00 behind them: a shorter text stands in front of its continuations. Of
   * more than 256 bytes the rest is a hash, so long texts with the same beginning are distinguished but sort by hash.
   */
  text(bytes: Buffer, start: number, end: number): void {
    this.escaped(bytes, start, Math.min(end, start + LONGEST_TEXT));
    if (end - start > LONGEST_TEXT) {
      const rest = Buffer.from(createHash('sha256').update(bytes.subarray(start, end)).digest('hex'));
      this.escaped(rest, 0, rest.length);
    }
    this.byte(0);
    this.byte(0);
  }

  private escaped(bytes: Buffer, start: number, end: number): void {
    this.reserve(2 * (end - start));
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!;
      this.buffer[this.length++] = byte;
      if (byte === 0) this.buffer[this.length++] = 0xff;
    }
  }

  private reserve(more: number): void {
    if (this.length + more <= this.buffer.length) return;
    const grown = Buffer.allocUnsafe(2 * (this.length + more));
    this.buffer.copy(grown, 0, 0, this.length);
    this.buffer = grown;
  }
}

/** The first key behind all that begin with `prefix`; undefined when there can be none. */
export function behind(prefix: string): string | undefined {
  let length = prefix.length;
  while (length > 0 && prefix.charCodeAt(length - 1) === 0xff) length--;
  if (length === 0) return undefined;
  return prefix.slice(0, length - 1) + String.fromCharCode(prefix.charCodeAt(length - 1) + 1);
}

/** Appends the key of the value at `at`, which is one of its type; returns the offset behind it. */
export type WriteKey = (bytes: Buffer, at: number, out: KeyWriter) => number;

/** Compiles how values of a type become keys. */
export function compileKey(type: TypeSchema): WriteKey {
  switch (type.kind) {
    case 'string':
      return textKey;
    case 'bool':
      return boolKey;
    case 'array':
      return arrayKey(compileKey(type.element));
    case 'product':
      return productKey(type.elements.map((element) => compileKey(element.type)));
    case 'sum':
      return sumKey(type.variants.map((variant) => compileKey(variant.type)));
    default:
      return numberKey(type.kind);
  }
}

function numberKey(kind: NumberKind): WriteKey {
  const width = NUMBER_BYTES[kind];
  if (kind === 'f32' || kind === 'f64')
    return (bytes, at, out) => {
      out.float(kind === 'f32' ? bytes.readFloatLE(at) : bytes.readDoubleLE(at));
      return at + width;
    };
  const flip = kind.startsWith('i') ? 0x80 : 0;
  return (bytes, at, out) => {
    out.integer(bytes, { offset: at, width, flip });
    return at + width;
  };
}

const boolKey: WriteKey = (bytes, at, out) => {
  out.byte(bytes[at]!);
  return at + 1;
};

const textKey: WriteKey = (bytes, at, out) => {
  const end = at + 4 + bytes.readUInt32LE(at);
  out.text(bytes, at + 4, end);
  return end;
};

function arrayKey(element: WriteKey): WriteKey {
  return (bytes, at, out) => {
    let next = at + 4;
    for (let count = bytes.readUInt32LE(at); count > 0; count--) {
      out.byte(1);
      next = element(bytes, next, out);
    }
    out.byte(0);
    return next;
  };
}

function productKey(fields: readonly WriteKey[]): WriteKey {
  if (fields.length === 1) return fields[0]!;
  return (bytes, at, out) => {
    let next = at;
    for (const field of fields) next = field(bytes, next, out);
    return next;
  };
}

function sumKey(variants: readonly WriteKey[]): WriteKey {
  return (bytes, at, out) => {
    out.byte(bytes[at]!);
    return variants[bytes[at]!]!(bytes, at + 1, out);
  };
}
