import { BinaryWriter } from '@clockworklabs/spacetimedb-sdk';
import * as fc from 'fast-check';
import type { TableSchema } from '../../../../../src/infra/database/embedded/module-host.ts';
import { bestRange, compileFilter } from '../../../../../src/infra/database/embedded/protocol/filter.ts';
import { parseQuery } from '../../../../../src/infra/database/embedded/protocol/sql.ts';

const table: TableSchema = {
  id: 4096,
  name: 't',
  isPublic: true,
  primaryKey: 0,
  visibility: [],
  columns: [
    { name: 'key', type: { kind: 'u128' } },
    {
      name: 'owner',
      type: { kind: 'product', elements: [{ name: '__identity__', type: { kind: 'u256' } }] },
    },
    { name: 'text', type: { kind: 'string' } },
    { name: 'tags', type: { kind: 'array', element: { kind: 'string' } } },
    {
      name: 'maybe',
      type: {
        kind: 'sum',
        variants: [
          { name: 'some', type: { kind: 'u16' } },
          { name: 'none', type: { kind: 'product', elements: [] } },
        ],
      },
    },
    { name: 'signed', type: { kind: 'i32' } },
    { name: 'seq', type: { kind: 'u64' } },
    { name: 'flag', type: { kind: 'bool' } },
  ],
  indexes: [
    { id: 1, name: 'key', columns: [0], unique: true },
    { id: 2, name: 'owner', columns: [1], unique: false },
  ],
};

interface Row {
  owner: bigint;
  text: string;
  tags: string[];
  maybe: number | undefined;
  signed: number;
  seq: bigint;
  flag: boolean;
}
const rows: fc.Arbitrary<Row> = fc.record({
  owner: fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
  text: fc.string({ unit: 'grapheme' }),
  tags: fc.array(fc.string(), { maxLength: 3 }),
  maybe: fc.option(fc.integer({ min: 0, max: 65_535 }), { nil: undefined }),
  signed: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  seq: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  flag: fc.boolean(),
});

function encode(row: Row): Uint8Array {
  const writer = new BinaryWriter(256);
  writer.writeU128(7n);
  writer.writeU256(row.owner);
  writer.writeString(row.text);
  writer.writeU32(row.tags.length);
  for (const tag of row.tags) writer.writeString(tag);
  writer.writeU8(row.maybe === undefined ? 1 : 0);
  if (row.maybe !== undefined) writer.writeU16(row.maybe);
  writer.writeI32(row.signed);
  writer.writeU64(row.seq);
  writer.writeBool(row.flag);
  return writer.getBuffer();
}

const SENDER = new Uint8Array(32).fill(7);
const range = (where: string) => bestRange(table, filter(where));
const filter = (where: string) =>
  compileFilter(table, parseQuery(`SELECT * FROM t WHERE ${where}`).where!, SENDER);
const hex = (value: bigint) => `0x${value.toString(16).padStart(64, '0')}`;

const OPERATORS = {
  '=': (order: number) => order === 0,
  '!=': (order: number) => order !== 0,
  '<': (order: number) => order < 0,
  '<=': (order: number) => order <= 0,
  '>': (order: number) => order > 0,
  '>=': (order: number) => order >= 0,
};

describe('filters over BSATN rows', () => {
  it('EMB4 every operator orders numbers, texts, identities and truth values as their types do', () => {
    fc.assert(
      fc.property(rows, rows, fc.constantFrom(...Object.keys(OPERATORS)), (row, other, operator) => {
        const holds = OPERATORS[operator as keyof typeof OPERATORS];
        const bytes = encode(row);
        const matches = (column: string, literal: string) =>
          filter(`${column} ${operator} ${literal}`).match(bytes);
        const compare = <T>(left: T, right: T) => (left < right ? -1 : left > right ? 1 : 0);
        const text = Buffer.compare(Buffer.from(row.text), Buffer.from(other.text));
        expect(matches('text', `'${other.text.replaceAll("'", "''")}'`)).toBe(holds(text));
        expect(matches('signed', String(other.signed))).toBe(holds(compare(row.signed, other.signed)));
        expect(matches('seq', String(other.seq))).toBe(holds(compare(row.seq, other.seq)));
        expect(matches('owner', hex(other.owner))).toBe(holds(compare(row.owner, other.owner)));
        expect(matches('flag', String(other.flag))).toBe(holds(compare(row.flag, other.flag)));
        for (const [column, own] of [
          ['seq', String(row.seq)],
          ['owner', hex(row.owner)],
          ['signed', String(row.signed)],
        ] as const) {
          expect(matches(column, own)).toBe(holds(0));
        }
      }),
    );
  });

  it('EMB4 AND, OR and :sender mean what they say', () => {
    const row = encode({
      owner: BigInt(`0x${'07'.repeat(32)}`),
      text: 'a',
      tags: [],
      maybe: 1,
      signed: -1,
      seq: 5n,
      flag: true,
    });
    expect(filter('owner = :sender AND seq > 4').match(row)).toBe(true);
    expect(filter('owner != :sender OR seq > 5').match(row)).toBe(false);
    expect(filter("(text = 'b' OR signed < 0) AND flag = true").match(row)).toBe(true);
  });

  it('EMB5 an equality that every row must pass is looked up, through the best index', () => {
    const sender = { value: SENDER, isIncluded: true };
    expect(range('seq = 1')).toBeUndefined();
    expect(range("text = 'a' AND owner = :sender AND seq > 1")).toEqual({
      column: 1,
      from: sender,
      to: sender,
    });
    expect(range('owner = :sender AND key = 7')).toMatchObject({ column: 0 });
    expect(range('owner = :sender OR seq = 1')).toBeUndefined();
    expect(range('owner != :sender')).toBeUndefined();
  });

  it('EMB20 bounds of one column make a range, and a closed one on a unique index goes before an equality', () => {
    const key = (value: number) => new Uint8Array(16).fill(value, 0, 1);
    const from = { value: key(3), isIncluded: false };
    const to = { value: key(9), isIncluded: true };
    expect(range('key > 3 AND owner = :sender AND key <= 9')).toEqual({ column: 0, from, to });
    expect(range('owner = :sender AND key > 3')).toMatchObject({ column: 1 });
    expect(range('key > 3 AND seq < 5')).toEqual({ column: 0, from });
    expect(range('key > 3 AND key = 9')).toMatchObject({ from: { value: key(9) }, to: { value: key(9) } });
    expect(range('key > 3 OR key < 2')).toBeUndefined();
  });

  it.each([
    'nothing = 1',
    "seq = 'text'",
    'seq = -1',
    'seq = 18446744073709551616',
    'signed = 2147483648',
    'text = 5',
    'flag = 1',
    'owner = 0xc200',
    'owner = 5',
    'maybe = 5',
    "tags = 'a'",
    'text = :sender',
  ])('EMB3 a comparison that cannot be made is refused: %s', (where) => {
    expect(() => filter(where)).toThrow(/cannot be subscribed to: /);
  });
});
