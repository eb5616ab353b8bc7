import * as fc from 'fast-check';
import { Errno, ERRNO } from '../../../../../src/infra/database/embedded/host/errno.ts';
import { indexRange } from '../../../../../src/infra/database/embedded/host/index-range.ts';
import type { IndexSchema, TableSchema } from '../../../../../src/infra/database/embedded/module-host.ts';
import { MemoryStore } from '../../../../../src/infra/database/embedded/store/key-value.ts';
import { Sequences } from '../../../../../src/infra/database/embedded/store/sequences.ts';
import { TableAccess } from '../../../../../src/infra/database/embedded/store/table-access.ts';
import { Transaction } from '../../../../../src/infra/database/embedded/store/transaction.ts';
import { list, row, text, u8 } from './bsatn.ts';

/** Columns `a` u8, `b` string, `c` u8; unique is `c`, ordered by are `a`, and `a` with `b`. */
interface Row {
  a: number;
  b: string;
  c: number;
}
const index = (id: number, columns: number[], unique = false): IndexSchema => ({
  id,
  name: String(id),
  columns,
  unique,
});
const schema = (primaryKey: number | undefined): TableSchema => ({
  id: 4096,
  name: 't',
  isPublic: true,
  columns: [
    { name: 'a', type: { kind: 'u8' } },
    { name: 'b', type: { kind: 'string' } },
    { name: 'c', type: { kind: 'u8' } },
  ],
  primaryKey,
  indexes: [index(1, [2], true), index(2, [0]), index(3, [0, 1])],
  visibility: [],
});
const encode = ({ a, b, c }: Row) => row(u8(a), text(b), u8(c));
const same = (left: Row, right: Row) => left.a === right.a && left.b === right.b && left.c === right.c;

type Step =
  | { do: 'insert' | 'update' | 'delete'; row: Row }
  | { do: 'deleteRange'; from: number; to: number }
  | { do: 'commit' | 'rollback' };
const small = fc.nat({ max: 5 });
const rowsOf = fc.record({ a: small, b: fc.constantFrom('', 'x', 'x\0', 'y'), c: small });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({ do: fc.constantFrom('insert' as const, 'update', 'delete'), row: rowsOf }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('deleteRange' as const), from: small, to: small }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('commit' as const, 'rollback') }) },
  ),
  { maxLength: 60 },
);

function attempt(run: () => unknown): number {
  try {
    run();
    return 0;
  } catch (thrown) {
    if (thrown instanceof Errno) return thrown.number;
    throw thrown;
  }
}

/** What the server does, in the plainest words. */
function expected(rows: Row[], step: { do: 'insert' | 'update' | 'delete'; row: Row }): [number, Row[]] {
  const holder = rows.find(({ c }) => c === step.row.c);
  if (step.do === 'delete') return [0, rows.filter((row) => !same(row, step.row))];
  if (step.do === 'update') {
    if (holder === undefined) return [ERRNO.NO_SUCH_ROW, rows];
    return [0, rows.map((row) => (row === holder ? step.row : row))];
  }
  if (holder === undefined) return [0, [...rows, step.row]];
  return [same(holder, step.row) ? 0 : ERRNO.UNIQUE_ALREADY_EXISTS, rows];
}

const included = (bytes: Buffer) => row(u8(0), bytes);
const excluded = (bytes: Buffer) => row(u8(1), bytes);
const unbounded = u8(2);
const sorted = (rows: Buffer[]) => rows.map((bytes) => bytes.toString('hex')).sort();

describe.each([
  ['with a primary key', 2],
  ['without one', undefined],
])('a table %s', (_, primaryKey) => {
  it('HST19 holds what a plain list of its rows would, through commits and rollbacks', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const table = new TableAccess(schema(primaryKey), []);
        const store = new MemoryStore();
        const begin = () => new Transaction(store, new Sequences(store));
        let transaction = begin();
        let committed: Row[] = [];
        let rows = committed;
        const unique = table.indexes[0]!;
        for (const step of all) {
          if (!('row' in step) && !('from' in step)) {
            if (step.do === 'commit') {
              const [change] = transaction.changes();
              const gone = committed.filter((row) => !rows.some((other) => same(row, other)));
              const come = rows.filter((row) => !committed.some((other) => same(row, other)));
              expect(sorted((change?.deletes ?? []) as Buffer[])).toEqual(sorted(gone.map(encode)));
              expect(sorted((change?.inserts ?? []) as Buffer[])).toEqual(sorted(come.map(encode)));
              store.commit(transaction.writes);
              committed = rows;
            }
            rows = committed;
            transaction = begin();
          } else if ('from' in step) {
            const asked = {
              prefix: Buffer.alloc(0),
              prefixColumns: 0,
              start: included(u8(step.from)),
              end: excluded(u8(step.to)),
            };
            transaction.deleteRange(indexRange(table.indexes[1]!, asked));
            rows = rows.filter(({ a }) => a < step.from || a >= step.to);
          } else {
            const bytes = encode(step.row);
            const [number, after] = expected(rows, step);
            const run = {
              insert: () => transaction.insert(table, bytes),
              update: () => transaction.update(table, unique, bytes),
              delete: () => transaction.deleteRows(table, list([bytes])),
            };
            expect(attempt(run[step.do])).toBe(number);
            rows = after;
          }
          expect(sorted([...transaction.allRows(table)])).toEqual(sorted(rows.map(encode)));
          expect(transaction.count(table)).toBe(rows.length);
        }
      }),
      { numRuns: 300 },
    );
  });

  const bound = <T>(value: fc.Arbitrary<T>) =>
    fc.option(fc.record({ value, open: fc.boolean() }), { nil: undefined });
  it('HST20 gives the rows of a range, in order, committed or not', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(rowsOf, { selector: ({ c }) => c }),
        small,
        bound(fc.constantFrom('', 'x', 'x\0', 'y')),
        bound(fc.constantFrom('', 'x', 'y', 'z')),
        (rows, a, from, to) => {
          const table = new TableAccess(schema(primaryKey), []);
          const store = new MemoryStore();
          let transaction = new Transaction(store, new Sequences(store));
          for (const [position, each] of rows.entries()) {
            transaction.insert(table, encode(each));
            if (position !== rows.length >> 1) continue;
            transaction.changes();
            store.commit(transaction.writes);
            transaction = new Transaction(store, new Sequences(store));
          }
          const encoded = (side: { value: string; open: boolean } | undefined) =>
            side === undefined ? unbounded : (side.open ? excluded : included)(text(side.value));
          const asked = { prefix: u8(a), prefixColumns: 1, start: encoded(from), end: encoded(to) };
          const found = [...transaction.rows(indexRange(table.indexes[2]!, asked))].map((bytes) =>
            bytes.toString('hex'),
          );
          const inside = rows
            .filter((each) => each.a === a)
            .filter(({ b }) => from === undefined || (from.open ? b > from.value : b >= from.value))
            .filter(({ b }) => to === undefined || (to.open ? b < to.value : b <= to.value));
          expect(new Set(found)).toEqual(new Set(inside.map((each) => encode(each).toString('hex'))));
          const texts = found.map((hex) => Buffer.from(hex, 'hex').subarray(5, -1).toString());
          expect(texts).toEqual([...texts].sort());
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('a range over the first columns of an index', () => {
  it('HST21 lets rows equal to an excluded bound through, as the server does', () => {
    const table = new TableAccess(schema(2), []);
    const store = new MemoryStore();
    const transaction = new Transaction(store, new Sequences(store));
    for (const each of [1, 2, 3]) transaction.insert(table, encode({ a: each, b: 'x', c: each }));
    const asked = { prefix: Buffer.alloc(0), prefixColumns: 0, start: excluded(u8(1)), end: excluded(u8(2)) };
    expect([...transaction.rows(indexRange(table.indexes[2]!, asked))]).toHaveLength(2);
    expect([...transaction.rows(indexRange(table.indexes[1]!, asked))]).toHaveLength(0);
  });
});
