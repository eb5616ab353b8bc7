import { isUtf8 } from 'node:buffer';
import { BsatnError, numberSize, type TypeSchema } from './types.ts';

/** Offset behind the value at `at`, or -1 where the bytes are no value of the type. */
export type End = (bytes: Buffer, at: number) => number;
/** Where a column starts in a row. */
export type Locate = (row: Uint8Array) => number;

interface EndOptions {
  /** The bytes have been checked before: texts and truth values are passed over as they are. */
  areChecked?: boolean;
}

/** Compiles where values of a type end. */
export function compileEnd(type: TypeSchema, options: EndOptions = {}): End {
  const size = fixedSize(type, options);
  if (size !== undefined) return (bytes, at) => within(bytes, at + size);
  switch (type.kind) {
    case 'bool':
      return (bytes, at) => (at < bytes.length && bytes[at]! <= 1 ? at + 1 : -1);
    case 'string':
      return options.areChecked ? (bytes, at) => countedEnd(bytes, at, 1) : textEnd;
    case 'array':
      return arrayEnd(type.element, options);
    case 'product':
      return productEnd(type.elements.map((element) => compileEnd(element.type, options)));
    case 'sum':
      return sumEnd(type.variants.map((variant) => compileEnd(variant.type, options)));
    default:
      throw new BsatnError(`There is no type ${type.kind}.`);
  }
}

/**
 * Finds a column in rows that have been checked; at once where every column before it has one size.
 * @throws BsatnError for bytes that are no row.
 */
export function compileLocate(columns: readonly { type: TypeSchema }[], column: number): Locate {
  const checked = { areChecked: true };
  let constant = 0;
  let first = 0;
  for (; first < column; first++) {
    const size = fixedSize(columns[first]!.type, checked);
    if (size === undefined) break;
    constant += size;
  }
  if (first === column) return () => constant;
  const end = productEnd(columns.slice(first, column).map(({ type }) => compileEnd(type, checked)));
  return (row) => {
    const at = end(row as Buffer, constant);
    if (at < 0) throw new BsatnError('The row is too short.');
    return at;
  };
}

/** Bytes of every value of a type, whatever they are; undefined where they vary or have to be looked at. */
function fixedSize(type: TypeSchema, options: EndOptions): number | undefined {
  if (type.kind === 'bool') return options.areChecked ? 1 : undefined;
  if (type.kind !== 'product') return numberSize(type);
  let total = 0;
  for (const element of type.elements) {
    const size = fixedSize(element.type, options);
    if (size === undefined) return undefined;
    total += size;
  }
  return total;
}

function within(bytes: Uint8Array, end: number): number {
  return end <= bytes.length ? end : -1;
}

/** End of a list whose elements have this size. */
function countedEnd(bytes: Uint8Array, at: number, size: number): number {
  return at + 4 <= bytes.length ? within(bytes, at + 4 + size * u32At(bytes, at)) : -1;
}

function u32At(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

function textEnd(bytes: Buffer, at: number): number {
  const end = countedEnd(bytes, at, 1);
  return end >= 0 && isText(bytes, at + 4, end) ? end : -1;
}

/** Most text is short ASCII, which is recognised faster here than by a call out of JavaScript. */
function isText(bytes: Buffer, start: number, end: number): boolean {
  if (end - start > 64) return isUtf8(bytes.subarray(start, end));
  for (let at = start; at < end; at++) if (bytes[at]! > 0x7f) return isUtf8(bytes.subarray(at, end));
  return true;
}

function arrayEnd(element: TypeSchema, options: EndOptions): End {
  const size = fixedSize(element, options);
  if (size !== undefined) return (bytes, at) => countedEnd(bytes, at, size);
  const end = compileEnd(element, options);
  return (bytes, at) => {
    if (at + 4 > bytes.length) return -1;
    let next = at + 4;
    for (let count = u32At(bytes, at); count > 0 && next >= 0; count--) next = end(bytes, next);
    return next;
  };
}

function productEnd(ends: readonly End[]): End {
  if (ends.length === 1) return ends[0]!;
  return (bytes, at) => {
    let next = at;
    for (let field = 0; field < ends.length && next >= 0; field++) next = ends[field]!(bytes, next);
    return next;
  };
}

function sumEnd(variants: readonly End[]): End {
  return (bytes, at) => {
    const end = at < bytes.length ? variants[bytes[at]!] : undefined;
    return end === undefined ? -1 : end(bytes, at + 1);
  };
}
