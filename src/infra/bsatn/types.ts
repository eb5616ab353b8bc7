/** A type with every reference resolved; what BSATN bytes of it look like. */
export type TypeSchema =
  | { kind: PrimitiveKind }
  | { kind: 'array'; element: TypeSchema }
  /** Fields in BSATN order; Identity, ConnectionId, Timestamp and TimeDuration are products of one `__…__` field. */
  | { kind: 'product'; elements: FieldSchema[] }
  /** One byte of tag, then the variant; Option is the sum of `some` and `none`. */
  | { kind: 'sum'; variants: FieldSchema[] };

export interface FieldSchema {
  name: string | undefined;
  type: TypeSchema;
}

export type PrimitiveKind = (typeof PRIMITIVE_KINDS)[number];
export type NumberKind = keyof typeof NUMBER_BYTES;

/** In the order of their tags. */
export const PRIMITIVE_KINDS = [
  'string',
  'bool',
  'i8',
  'u8',
  'i16',
  'u16',
  'i32',
  'u32',
  'i64',
  'u64',
  'i128',
  'u128',
  'i256',
  'u256',
  'f32',
  'f64',
] as const;

export const NUMBER_BYTES = {
  i8: 1,
  u8: 1,
  i16: 2,
  u16: 2,
  i32: 4,
  u32: 4,
  i64: 8,
  u64: 8,
  i128: 16,
  u128: 16,
  i256: 32,
  u256: 32,
  f32: 4,
  f64: 8,
} as const;

/** Names of the one field of the products that have a form of their own. */
export const IDENTITY = '__identity__';
export const CONNECTION_ID = '__connection_id__';
export const TIMESTAMP = '__timestamp_micros_since_unix_epoch__';

/** Bytes of a value whose type is a number; undefined for every other type. */
export function numberSize({ kind }: TypeSchema): number | undefined {
  return Object.hasOwn(NUMBER_BYTES, kind) ? NUMBER_BYTES[kind as NumberKind] : undefined;
}

/** True for a product that only wraps one value under a reserved name. */
export function wraps(type: TypeSchema, name: string): boolean {
  return type.kind === 'product' && type.elements.length === 1 && type.elements[0]!.name === name;
}

/** The type of the value that an Option may hold; undefined for every other type. */
export function optionOf(type: TypeSchema): TypeSchema | undefined {
  if (type.kind !== 'sum') return undefined;
  const [some, none] = type.variants;
  return some?.name === 'some' && none?.name === 'none' ? some.type : undefined;
}

/** Bytes that are not what they should be, or a value that does not fit its type. */
export class BsatnError extends RangeError {
  override readonly name = 'BsatnError';
}
