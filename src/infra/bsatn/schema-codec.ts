import type { AlgebraicType, BinaryWriter } from '@clockworklabs/spacetimedb-sdk';
import { HeycatError } from '../../errors.ts';
import type { BsatnReader } from './bsatn-reader.ts';

/** Reads one value in wire form: u64 as number, Timestamp as ISO text, Identity as hex, an absent option as null. */
export type Decode = (reader: BsatnReader) => unknown;
/** Writes one value given in wire form; throws HeycatError INTERNAL when it does not fit the type. */
export type Encode = (writer: BinaryWriter, value: unknown) => void;

export interface Field<T> {
  /** snake_case, as on the wire. */
  name: string;
  type: T;
}

const IDENTITY = '__identity__';
const TIMESTAMP = '__timestamp_micros_since_unix_epoch__';

export function toSnakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The elements of a product type with snake_case names. */
export function fieldsOf(type: AlgebraicType): Field<AlgebraicType>[] {
  return type.product.elements.map((element) => ({
    name: toSnakeCase(element.name),
    type: element.algebraicType,
  }));
}

/** Compiles a decoder once per type, because the SDK walks the type description again for every row. */
export function compileDecoder(type: AlgebraicType): Decode {
  if ((type.type as string) === 'String') return decodeText();
  const scalar = SCALAR_DECODERS[type.type as string];
  if (scalar !== undefined) return scalar;
  if (isArray(type)) return decodeArray(compileDecoder(type.array));
  if (isProduct(type)) return decodeProduct(type);
  const inner = optionOf(type);
  if (inner === undefined) throw unsupported(type);
  const decodeSome = compileDecoder(inner);
  return (reader) => (reader.u8() === 0 ? decodeSome(reader) : null);
}

/** Compiles an encoder once per type; products are read by their snake_case names. */
export function compileEncoder(type: AlgebraicType): Encode {
  const scalar = SCALAR_ENCODERS[type.type as string];
  if (scalar !== undefined) return scalar;
  if (isArray(type)) return encodeArray(compileEncoder(type.array));
  if (isProduct(type)) return encodeProduct(type);
  const inner = optionOf(type);
  if (inner === undefined) throw unsupported(type);
  const encodeSome = compileEncoder(inner);
  return (writer, value) => {
    const absent = value === null || value === undefined;
    writer.writeU8(absent ? 1 : 0);
    if (!absent) encodeSome(writer, value);
  };
}

const SCALAR_DECODERS: Record<string, Decode> = {
  Bool: (reader) => reader.u8() === 1,
  U8: (reader) => reader.u8(),
  U16: (reader) => reader.u16(),
  U32: (reader) => reader.u32(),
  I32: (reader) => reader.i32(),
  U64: (reader) => reader.u64(),
  I64: (reader) => reader.i64(),
  U128: (reader) => reader.u128(),
};

const SCALAR_ENCODERS: Record<string, Encode> = {
  Bool: (writer, value) => writer.writeBool(Boolean(value)),
  U8: (writer, value) => writer.writeU8(toNumber(value)),
  U16: (writer, value) => writer.writeU16(toNumber(value)),
  U32: (writer, value) => writer.writeU32(toNumber(value)),
  I32: (writer, value) => writer.writeI32(toNumber(value)),
  U64: (writer, value) => writer.writeU64(BigInt(toNumber(value))),
  I64: (writer, value) => writer.writeI64(BigInt(toNumber(value))),
  String: (writer, value) => {
    if (typeof value !== 'string') throw misfit('text', value);
    // As the SDK's writeString, which encodes with a library instead of Node.
    writer.writeUInt8Array(Buffer.from(value, 'utf8'));
  },
};

function decodeProduct(type: AlgebraicType): Decode {
  const fields = fieldsOf(type);
  if (isSpecial(fields, IDENTITY)) return readIdentity;
  if (isSpecial(fields, TIMESTAMP)) return (reader) => isoFromMillis(reader.millis());
  const decoders = fields.map((field) => ({ name: field.name, decode: compileDecoder(field.type) }));
  return (reader) => {
    const value: Record<string, unknown> = {};
    for (const { name, decode } of decoders) value[name] = decode(reader);
    return value;
  };
}

function encodeProduct(type: AlgebraicType): Encode {
  const fields = fieldsOf(type);
  if (isSpecial(fields, IDENTITY)) return (writer, value) => writer.writeU256(BigInt(`0x${String(value)}`));
  if (isSpecial(fields, TIMESTAMP)) return (writer, value) => writer.writeI64(microsFromIso(String(value)));
  const encoders = fields.map((field) => ({ name: field.name, encode: compileEncoder(field.type) }));
  return (writer, value) => {
    if (typeof value !== 'object' || value === null) throw misfit('an object', value);
    for (const { name, encode } of encoders) encode(writer, (value as Record<string, unknown>)[name]);
  };
}

function decodeArray(decodeItem: Decode): Decode {
  return (reader) => Array.from({ length: reader.count() }, () => decodeItem(reader));
}

/** Many columns have the same text in row after row. */
function decodeText(): Decode {
  let last = '';
  return (reader) => (last = reader.text(last));
}

function encodeArray(encodeItem: Encode): Encode {
  return (writer, value) => {
    if (!Array.isArray(value)) throw misfit('a list', value);
    writer.writeU32(value.length);
    for (const item of value) encodeItem(writer, item);
  };
}

function isArray(type: AlgebraicType): boolean {
  return (type.type as string) === 'ArrayType';
}

function isProduct(type: AlgebraicType): boolean {
  return (type.type as string) === 'ProductType';
}

function isSpecial(fields: Field<AlgebraicType>[], name: string): boolean {
  return fields.length === 1 && fields[0]?.name === name;
}

function optionOf(type: AlgebraicType): AlgebraicType | undefined {
  if ((type.type as string) !== 'SumType') return undefined;
  const [some, none] = type.sum.variants;
  return some?.name === 'some' && none?.name === 'none' ? some.algebraicType : undefined;
}

function readIdentity(reader: BsatnReader): string {
  const high = reader.u128();
  return ((reader.u128() << 128n) | high).toString(16).padStart(64, '0');
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

function microsFromIso(iso: string): bigint {
  const millis = Date.parse(iso);
  if (Number.isNaN(millis)) throw misfit('an ISO 8601 time', iso);
  return BigInt(millis) * 1000n;
}

function toNumber(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw misfit('a whole number', value);
  return value;
}

function misfit(expected: string, value: unknown): HeycatError {
  return new HeycatError('INTERNAL', `A reducer argument is ${typeof value} where ${expected} is needed.`);
}

function unsupported(type: AlgebraicType): HeycatError {
  return new HeycatError('INTERNAL', `The module uses a type that cannot be carried: ${String(type.type)}.`);
}
