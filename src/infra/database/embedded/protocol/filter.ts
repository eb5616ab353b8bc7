import { EngineError } from '../engine-error.ts';
import { compileLocate, type Locate } from '../../../bsatn/layout.ts';
import { CONNECTION_ID, IDENTITY, numberSize, wraps, type TypeSchema } from '../../../bsatn/types.ts';
import type { ColumnRange, ColumnSchema, TableSchema } from '../module-host.ts';
import type { Literal, Operator, Predicate } from './sql.ts';

/** Decides on complete BSATN rows of one table. */
export type Match = (row: Uint8Array) => boolean;

export interface Filter {
  match: Match;
  /** Every row that matches lies in all of them; one a column. */
  ranges: readonly ColumnRange[];
}

/** Sign of the difference between a column's value and the literal. */
type Order = (row: Uint8Array, at: number) => number;

/**
 * Compiles a WHERE clause.
 * @param sender identity that `:sender` stands for, 32 bytes, lowest first.
 * @throws EngineError INVALID_ARGUMENT when a column does not exist or cannot be compared with its literal.
 */
export function compileFilter(table: TableSchema, predicate: Predicate, sender: Uint8Array): Filter {
  if (predicate.kind === 'compare') return compileComparison(table, predicate, sender);
  const left = compileFilter(table, predicate.left, sender);
  const right = compileFilter(table, predicate.right, sender);
  if (predicate.kind === 'and') return both(left, right);
  return { match: (row) => left.match(row) || right.match(row), ranges: [] };
}

/** Rows that pass both. */
export function both(left: Filter, right: Filter): Filter {
  const ranges = new Map(left.ranges.map((range) => [range.column, range]));
  for (const range of right.ranges) {
    const other = ranges.get(range.column);
    ranges.set(range.column, other === undefined ? range : narrower(other, range));
  }
  return { match: (row) => left.match(row) && right.match(row), ranges: [...ranges.values()] };
}

/** Two ranges as one. Where both bound one side either will do, since rows are matched as well. */
function narrower(left: ColumnRange, right: ColumnRange): ColumnRange {
  if (isPoint(left) || isPoint(right)) return isPoint(left) ? left : right;
  return { ...left, ...right };
}

function isPoint({ from, to }: ColumnRange): boolean {
  return from !== undefined && from === to;
}

/** The range by which the fewest rows are likely to be looked at; undefined where no index helps. */
export function bestRange(table: TableSchema, { ranges }: Filter): ColumnRange | undefined {
  const worths = ranges.map((range) => worth(table, range));
  const best = Math.max(0, ...worths);
  return best === 0 ? undefined : ranges[worths.indexOf(best)];
}

function worth(table: TableSchema, range: ColumnRange): number {
  const own = table.indexes.filter(({ columns }) => columns.length === 1 && columns[0] === range.column);
  if (own.length === 0) return 0;
  const isUnique = own.some(({ unique }) => unique);
  if (isPoint(range)) return isUnique ? 4 : 2;
  return range.from !== undefined && range.to !== undefined ? 3 : 1;
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
  return { match, ranges: rangesOf(column, operator, value) };
}

function rangesOf(column: number, operator: Operator, value: Uint8Array): ColumnRange[] {
  const bound = { value, isIncluded: operator.endsWith('=') };
  switch (operator) {
    case '=':
      return [{ column, from: bound, to: bound }];
    case '!=':
      return [];
    case '<':
    case '<=':
      return [{ column, to: bound }];
    case '>':
    case '>=':
      return [{ column, from: bound }];
  }
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
  if (literal.kind === 'sender' && wrappedSize(type, IDENTITY) !== undefined) return sender;
  if (literal.kind === 'hex') {
    if (type.kind === 'array' && type.element.kind === 'u8') return withLength(literal.value);
    const width = wrappedSize(type, IDENTITY) ?? wrappedSize(type, CONNECTION_ID);
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
  return type.kind === 'product' && wraps(type, name) ? numberSize(type.elements[0]!.type) : undefined;
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

function refused(why: string): EngineError {
  return new EngineError('INVALID_ARGUMENT', `The query cannot be subscribed to: ${why}.`);
}
