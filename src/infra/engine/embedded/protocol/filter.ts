import { HeycatError } from '../../../../errors.ts';
import type { ColumnSchema, TableSchema, TypeSchema } from '../module-host.ts';
import { compileLocate, numberSize, type Locate } from './layout.ts';
import type { Literal, Operator, Predicate } from './sql.ts';

/** Decides on whole BSATN rows of one table. */
export type Match = (row: Uint8Array) => boolean;

/** A column and the BSATN value that it must have. */
export interface Lookup {
  column: number;
  equals: Uint8Array;
}

export interface Filter {
  match: Match;
  /** Every row that matches has this value; through an index where the table has one. */
  lookup?: Lookup;
}

/** Sign of the difference between a column's value and the literal. */
type Order = (row: Uint8Array, at: number) => number;

/**
 * Compiles a WHERE clause.
 * @param sender identity that `:sender` stands for, 32 bytes, lowest first.
 * @throws HeycatError INVALID_ARGUMENT when a column does not exist or cannot be compared with its literal.
 */
export function compileFilter(table: TableSchema, predicate: Predicate, sender: Uint8Array): Filter {
  if (predicate.kind === 'compare') return compileComparison(table, predicate, sender);
  const left = compileFilter(table, predicate.left, sender);
  const right = compileFilter(table, predicate.right, sender);
  if (predicate.kind === 'and') return both(table, left, right);
  return { match: (row) => left.match(row) || right.match(row) };
}

/** Rows that pass both; found by the lookup with the better index. */
export function both(table: TableSchema, left: Filter, right: Filter): Filter {
  const match: Match = (row) => left.match(row) && right.match(row);
  const lookup = [left.lookup, right.lookup].reduce(
    (best, each) => (worth(table, each) > worth(table, best) ? each : best),
    undefined,
  );
  return lookup === undefined ? { match } : { match, lookup };
}

function worth(table: TableSchema, lookup: Lookup | undefined): number {
  if (lookup === undefined) return -1;
  const own = table.indexes.filter(({ columns }) => columns.length === 1 && columns[0] === lookup.column);
  if (own.length === 0) return 0;
  return own.some(({ unique }) => unique) ? 2 : 1;
}

function compileComparison(
  table: TableSchema,
  { column: name, operator, literal }: Predicate & { kind: 'compare' },
  sender: Uint8Array,
): Filter {
  const column = table.columns.findIndex((each) => each.name === name);
  if (column < 0) throw refused(`${table.name} has no column ${name}`);
  const schema = table.columns[column]!;
  const value = encodeLiteral(schema, literal, sender);
  const match = matcher(compileLocate(table.columns, column), operator, orderOf(schema.type, value));
  return operator === '=' ? { match, lookup: { column, equals: value } } : { match };
}

function matcher(locate: Locate, operator: Operator, order: Order): Match {
  switch (operator) {
    case '=':
      return (row) => order(row, locate(row)) === 0;
    case '!=':
      return (row) => order(row, locate(row)) !== 0;
    case '<':
      return (row) => order(row, locate(row)) < 0;
    case '<=':
      return (row) => order(row, locate(row)) <= 0;
    case '>':
      return (row) => order(row, locate(row)) > 0;
    case '>=':
      return (row) => order(row, locate(row)) >= 0;
  }
}

/** BSATN of the literal as the column's type. */
function encodeLiteral(column: ColumnSchema, literal: Literal, sender: Uint8Array): Uint8Array {
  const { type } = column;
  const size = integerSize(type);
  if (literal.kind === 'integer' && size !== undefined) {
    return encodeInteger(column.name, literal.value, { size, isSigned: type.kind.startsWith('i') });
  }
  if (literal.kind === 'text' && type.kind === 'string')
    return withLength(Buffer.from(literal.value, 'utf8'));
  if (literal.kind === 'bool' && type.kind === 'bool') return Uint8Array.of(literal.value ? 1 : 0);
  if (literal.kind === 'sender' && wrappedSize(type, '__identity__') !== undefined) return sender;
  if (literal.kind === 'hex') {
    if (type.kind === 'array' && type.element.kind === 'u8') return withLength(literal.value);
    const width = wrappedSize(type, '__identity__') ?? wrappedSize(type, '__connection_id__');
    // Written with the highest byte first, carried with the lowest first.
    if (width === literal.value.length) return literal.value.toReversed();
  }
  throw refused(`column ${column.name} cannot be compared with that value`);
}

function encodeInteger(
  column: string,
  value: bigint,
  { size, isSigned }: { size: number; isSigned: boolean },
): Uint8Array {
  const bits = BigInt(size * 8);
  const fits = isSigned ? BigInt.asIntN(size * 8, value) === value : value >= 0n && value < 1n << bits;
  if (!fits) throw refused(`${value} is out of the range of column ${column}`);
  const hex = BigInt.asUintN(size * 8, value)
    .toString(16)
    .padStart(size * 2, '0');
  return Uint8Array.from(Buffer.from(hex, 'hex')).toReversed();
}

function integerSize(type: TypeSchema): number | undefined {
  return type.kind.startsWith('f') ? undefined : numberSize(type);
}

/** Size of a product that only wraps one number under a reserved name. */
function wrappedSize(type: TypeSchema, name: string): number | undefined {
  if (type.kind !== 'product' || type.elements.length !== 1 || type.elements[0]!.name !== name)
    return undefined;
  return numberSize(type.elements[0]!.type);
}

function withLength(bytes: Uint8Array): Uint8Array {
  const encoded = Buffer.allocUnsafeSlow(4 + bytes.length);
  encoded.writeUInt32LE(bytes.length);
  encoded.set(bytes, 4);
  return encoded;
}

/** Text and byte arrays compare byte by byte, everything else as a number whose highest byte comes last. */
function orderOf(type: TypeSchema, literal: Uint8Array): Order {
  if (type.kind !== 'string' && type.kind !== 'array') return orderOfNumber(type, literal);
  const wanted = Buffer.from(literal.buffer, literal.byteOffset + 4, literal.byteLength - 4);
  return (row, at) => {
    const view = Buffer.from(row.buffer, row.byteOffset, row.byteLength);
    return view.subarray(at + 4, at + 4 + view.readUInt32LE(at)).compare(wanted);
  };
}

function orderOfNumber(type: TypeSchema, literal: Uint8Array): Order {
  const top = literal.length - 1;
  // Turning the sign bit over puts signed numbers in the order of unsigned ones.
  const flip = type.kind.startsWith('i') ? 0x80 : 0;
  const wantedTop = literal[top]! ^ flip;
  return (row, at) => {
    const first = (row[at + top]! ^ flip) - wantedTop;
    if (first !== 0) return first;
    for (let index = top - 1; index >= 0; index--) {
      const difference = row[at + index]! - literal[index]!;
      if (difference !== 0) return difference;
    }
    return 0;
  };
}

function refused(why: string): HeycatError {
  return new HeycatError('INVALID_ARGUMENT', `The query cannot be subscribed to: ${why}.`);
}
