import type { ColumnSchema, PrimitiveKind, TypeSchema } from '../module-host.ts';

/** Passes over one value of a stored row that starts at `at`. @returns where it ends. */
type Skip = (bytes: Uint8Array, at: number) => number;
/** Where a column starts in a row. */
export type Locate = (row: Uint8Array) => number;

const SIZES: Readonly<Record<Exclude<PrimitiveKind, 'string' | 'bool'>, number>> = {
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
};

/** Bytes of a value whose type is a number; undefined for every other type. */
export function numberSize(type: TypeSchema): number | undefined {
  return Object.hasOwn(SIZES, type.kind) ? SIZES[type.kind as keyof typeof SIZES] : undefined;
}

/** Bytes of every value of a type; undefined where they vary. */
function fixedSize(type: TypeSchema): number | undefined {
  if (type.kind === 'bool') return 1;
  if (type.kind !== 'product') return numberSize(type);
  let total = 0;
  for (const element of type.elements) {
    const size = fixedSize(element.type);
    if (size === undefined) return undefined;
    total += size;
  }
  return total;
}

function compileSkip(type: TypeSchema): Skip {
  const size = fixedSize(type);
  if (size !== undefined) return (bytes, at) => within(bytes, at + size);
  switch (type.kind) {
    case 'string':
      return skipText;
    case 'array':
      return skipArray(type.element);
    case 'sum':
      return skipSum(type.variants.map((variant) => compileSkip(variant.type)));
    case 'product':
      return skipAll(type.elements.map((element) => compileSkip(element.type)));
    default:
      throw new RangeError(`no such type: ${type.kind}`);
  }
}

/** Finds a column in rows of a table; at once where every column before it has one size. */
export function compileLocate(columns: readonly ColumnSchema[], column: number): Locate {
  let constant = 0;
  let first = 0;
  for (; first < column; first++) {
    const size = fixedSize(columns[first]!.type);
    if (size === undefined) break;
    constant += size;
  }
  if (first === column) return () => constant;
  const skip = skipAll(columns.slice(first, column).map(({ type }) => compileSkip(type)));
  return (row) => skip(row, constant);
}

function within(bytes: Uint8Array, end: number): number {
  if (end > bytes.length) throw new RangeError('too short');
  return end;
}

function length(bytes: Uint8Array, at: number): number {
  within(bytes, at + 4);
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

function skipText(bytes: Uint8Array, at: number): number {
  return within(bytes, at + 4 + length(bytes, at));
}

function skipArray(element: TypeSchema): Skip {
  const size = fixedSize(element);
  if (size !== undefined) return (bytes, at) => within(bytes, at + 4 + size * length(bytes, at));
  const skip = compileSkip(element);
  return (bytes, at) => {
    let next = at + 4;
    for (let count = length(bytes, at); count > 0; count--) next = skip(bytes, next);
    return next;
  };
}

function skipSum(variants: readonly Skip[]): Skip {
  return (bytes, at) => {
    const skip = variants[bytes[at] ?? variants.length];
    if (skip === undefined) throw new RangeError('no such variant');
    return skip(bytes, at + 1);
  };
}

function skipAll(skips: readonly Skip[]): Skip {
  return (bytes, at) => {
    let next = at;
    for (const skip of skips) next = skip(bytes, next);
    return next;
  };
}
