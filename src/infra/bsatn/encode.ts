import { BsatnError, IDENTITY, optionOf, TIMESTAMP, wraps, type TypeSchema } from './types.ts';

const START_BYTES = 64 * 1024;
/** From this size on written bytes are given away, not copied. */
const LARGE_BYTES = 1024 * 1024;

/** Writes BSATN into one growing buffer; numbers are little endian. */
export class BsatnWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  /** Two views of the same. */
  #view: DataView;
  #buffer: Buffer;
  #at = 0;

  constructor(private readonly startBytes = START_BYTES) {
    this.#bytes = new Uint8Array(startBytes);
    this.#view = new DataView(this.#bytes.buffer);
    this.#buffer = Buffer.from(this.#bytes.buffer);
  }

  /** Bytes written since the last {@link take}. */
  get length(): number {
    return this.#at;
  }

  u8(value: number): void {
    this.reserve(1);
    this.#bytes[this.#at++] = value;
  }

  u16(value: number): void {
    this.reserve(2);
    this.#view.setUint16(this.#at, value, true);
    this.#at += 2;
  }

  u32(value: number): void {
    this.reserve(4);
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
  }

  /** Exact from -2^53 to 2^53; signed numbers have the same bits. */
  u64(value: number): void {
    this.u32(value % 2 ** 32);
    this.u32(Math.floor(value / 2 ** 32));
  }

  i64(value: bigint): void {
    this.reserve(8);
    this.#view.setBigInt64(this.#at, value, true);
    this.#at += 8;
  }

  /** An integer of milliseconds as an i64 of microseconds; exact for all that Date can hold. */
  millis(millis: number): void {
    const high = Math.floor(millis / 2 ** 32);
    const micros = (millis - high * 2 ** 32) * 1000;
    this.u32(micros % 2 ** 32);
    this.u32(high * 1000 + Math.floor(micros / 2 ** 32));
  }

  zeros(count: number): void {
    this.reserve(count);
    this.#bytes.fill(0, this.#at, this.#at + count);
    this.#at += count;
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** Bytes after their length. */
  bytes(bytes: Uint8Array): void {
    this.u32(bytes.length);
    this.raw(bytes);
  }

  /** UTF-8 after its length. */
  text(text: string): void {
    const length = Buffer.byteLength(text, 'utf8');
    this.u32(length);
    this.reserve(length);
    this.#at += this.#buffer.write(text, this.#at, 'utf8');
  }

  /** A list of rows; rows of one size are written as that size, which is shorter and read faster than their offsets. */
  rows(rows: readonly Uint8Array[]): void {
    const size = rows[0]?.length ?? 0;
    let total = 0;
    let isFixed = size < 2 ** 16;
    for (const row of rows) {
      total += row.length;
      isFixed &&= row.length === size;
    }
    this.reserve(total + 8 * rows.length + 16);
    if (isFixed) {
      this.u8(0);
      this.u16(size);
    } else this.#offsets(rows);
    this.u32(total);
    for (const row of rows) this.raw(row);
  }

  /** Leaves room for a u32 that {@link patch} fills in later. @returns its place. */
  hole(): number {
    this.u32(0);
    return this.#at - 4;
  }

  patch(hole: number, value: number): void {
    this.#view.setUint32(hole, value, true);
  }

  /** Forgets everything from `length` on. */
  rewind(length: number): void {
    this.#at = length;
  }

  /** What was written, in memory that nothing else uses; the writer starts again. */
  take(): Uint8Array<ArrayBuffer> {
    const isLarge = this.#bytes.length >= LARGE_BYTES;
    const taken = isLarge ? this.#bytes.subarray(0, this.#at) : this.#bytes.slice(0, this.#at);
    this.#at = 0;
    if (isLarge) this.#use(new Uint8Array(this.startBytes));
    return taken;
  }

  /** Makes room for as many bytes, so that many small writes need not. */
  reserve(count: number): void {
    const needed = this.#at + count;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#at));
    this.#use(grown);
  }

  #offsets(rows: readonly Uint8Array[]): void {
    let offset = 0;
    this.u8(1);
    this.u32(rows.length);
    for (const row of rows) {
      this.u64(offset);
      offset += row.length;
    }
  }

  #use(bytes: Uint8Array<ArrayBuffer>): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
    this.#buffer = Buffer.from(bytes.buffer);
  }
}

/** Writes one value given in wire form. @throws BsatnError when it does not fit the type. */
export type Encode = (writer: BsatnWriter, value: unknown) => void;

/** Compiles an encoder once per type; products are read by their fields' names. @throws BsatnError for other types. */
export function compileEncoder(type: TypeSchema): Encode {
  const scalar = SCALARS[type.kind];
  if (scalar !== undefined) return scalar;
  if (type.kind === 'array') return encodeArray(compileEncoder(type.element));
  if (type.kind === 'product') return encodeProduct(type);
  const inner = optionOf(type);
  if (inner === undefined) throw new BsatnError(`The type ${type.kind} cannot be carried.`);
  const encodeSome = compileEncoder(inner);
  return (writer, value) => {
    const absent = value === null || value === undefined;
    writer.u8(absent ? 1 : 0);
    if (!absent) encodeSome(writer, value);
  };
}

const SCALARS: Readonly<Record<string, Encode>> = {
  bool: (writer, value) => writer.u8(value ? 1 : 0),
  u8: (writer, value) => writer.u8(integer(value)),
  u16: (writer, value) => writer.u16(integer(value)),
  u32: (writer, value) => writer.u32(integer(value)),
  i32: (writer, value) => writer.u32(integer(value)),
  u64: (writer, value) => writer.u64(integer(value)),
  i64: (writer, value) => writer.u64(integer(value)),
  string: (writer, value) => writer.text(text(value, 'text')),
};

function encodeProduct(type: TypeSchema & { kind: 'product' }): Encode {
  if (wraps(type, IDENTITY)) return encodeIdentity;
  if (wraps(type, TIMESTAMP)) return encodeTime;
  const encoders = type.elements.map((field) => ({
    name: field.name ?? '',
    encode: compileEncoder(field.type),
  }));
  return (writer, value) => {
    if (typeof value !== 'object' || value === null) throw misfit('an object', value);
    for (const { name, encode } of encoders) encode(writer, (value as Record<string, unknown>)[name]);
  };
}

function encodeArray(encodeItem: Encode): Encode {
  return (writer, value) => {
    if (!Array.isArray(value)) throw misfit('a list', value);
    writer.u32(value.length);
    for (const item of value) encodeItem(writer, item);
  };
}

/** Written as text with its highest byte first, sent with its lowest. */
function encodeIdentity(writer: BsatnWriter, value: unknown): void {
  const hex = text(value, 'an identity');
  if (!/^[0-9a-f]{64}$/i.test(hex)) throw misfit('an identity', value);
  writer.raw(Buffer.from(hex, 'hex').toReversed());
}

function encodeTime(writer: BsatnWriter, value: unknown): void {
  const millis = Date.parse(String(value));
  if (Number.isNaN(millis)) throw misfit('an ISO 8601 time', value);
  writer.millis(millis);
}

function integer(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw misfit('an integer', value);
  return value;
}

function text(value: unknown, expected: string): string {
  if (typeof value !== 'string') throw misfit(expected, value);
  return value;
}

function misfit(expected: string, value: unknown): BsatnError {
  return new BsatnError(`A value is ${typeof value} where ${expected} is needed.`);
}
