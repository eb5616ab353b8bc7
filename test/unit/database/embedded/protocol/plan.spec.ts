import { BinaryWriter } from '@clockworklabs/spacetimedb-sdk';
import * as fc from 'fast-check';
import { columnRange } from '../../../../../src/infra/database/embedded/host/index-range.ts';
import type { ModuleHost, TableSchema } from '../../../../../src/infra/database/embedded/module-host.ts';
import { planQuery, rowsOf } from '../../../../../src/infra/database/embedded/protocol/plan.ts';
import { MemoryStore } from '../../../../../src/infra/database/embedded/store/key-value.ts';
import { Sequences } from '../../../../../src/infra/database/embedded/store/sequences.ts';
import { TableAccess } from '../../../../../src/infra/database/embedded/store/table-access.ts';
import { Transaction } from '../../../../../src/infra/database/embedded/store/transaction.ts';

const identity = {
  kind: 'product' as const,
  elements: [{ name: '__identity__', type: { kind: 'u256' as const } }],
};
/** Every column has an index of its own, as those of our tables have: u128 and text keys, identities, u64. */
const table: TableSchema = {
  id: 4096,
  name: 't',
  isPublic: true,
  primaryKey: 0,
  visibility: [],
  columns: [
    { name: 'key', type: { kind: 'u128' } },
    { name: 'owner', type: identity },
    { name: 'name', type: { kind: 'string' } },
    { name: 'seq', type: { kind: 'u64' } },
    { name: 'signed', type: { kind: 'i32' } },
    { name: 'flag', type: { kind: 'bool' } },
  ],
  indexes: [0, 1, 2, 3, 4, 5].map((column) => ({
    id: column + 1,
    name: `by ${column}`,
    columns: [column],
    unique: column === 0,
  })),
};
const schema = { tables: [table], reducers: [] };
const subscriber = { identity: new Uint8Array(32), isOwner: true };

const near = (bits: bigint) => fc.constantFrom(0n, 1n, 255n, 256n, (1n << bits) / 2n, (1n << bits) - 1n);
/** Texts that begin alike, around the length from which on they are kept under a hash. */
const names = fc
  .tuple(fc.constantFrom(0, 1, 250, 252, 253, 256, 257, 300), fc.constantFrom('', '\0', 'a', 'b', 'ÿ'))
  .map(([length, end]) => 'a'.repeat(length) + end);
const values = fc.record({
  key: near(128n),
  owner: near(256n),
  name: names,
  seq: near(64n),
  signed: fc.constantFrom(-(2 ** 31), -1, 0, 1, 255, 256, 2 ** 31 - 1),
  flag: fc.boolean(),
});
type Values = typeof values extends fc.Arbitrary<infer V> ? V : never;

function encode(row: Values): Buffer {
  const writer = new BinaryWriter(512);
  writer.writeU128(row.key);
  writer.writeU256(row.owner);
  writer.writeString(row.name);
  writer.writeU64(row.seq);
  writer.writeI32(row.signed);
  writer.writeBool(row.flag);
  return Buffer.from(writer.getBuffer());
}

const LITERALS: { [C in keyof Values]: (value: Values[C]) => string } = {
  key: String,
  owner: (value) => `0x${value.toString(16).padStart(64, '0')}`,
  name: (value) => `'${value}'`,
  seq: String,
  signed: String,
  flag: String,
};
const comparison = fc
  .tuple(
    fc.constantFrom(...(Object.keys(LITERALS) as (keyof Values)[])),
    fc.constantFrom('=', '!=', '<', '<=', '>', '>='),
    values,
  )
  .map(([column, operator, row]) => `${column} ${operator} ${LITERALS[column](row[column] as never)}`);

/** A host of these rows alone. */
function hostOf(rows: readonly Buffer[]): ModuleHost {
  const store = new MemoryStore();
  const access = new TableAccess(table, []);
  const writing = new Transaction(store, new Sequences(store));
  for (const row of rows) writing.insert(access, row);
  store.commit(writing.writes);
  const scan: ModuleHost['scan'] = (_table, range) => {
    const reading = new Transaction(store, new Sequences(store));
    const entries = range && columnRange(access, range);
    return entries === undefined ? reading.allRows(access) : reading.rows(entries);
  };
  return { scan } as ModuleHost;
}

describe('a planned query', () => {
  it('EMB20 finds through an index exactly the rows that it would choose among all', () => {
    const rows = fc.uniqueArray(values, { selector: ({ key }) => key, maxLength: 6 });
    const where = fc.array(comparison, { minLength: 1, maxLength: 4 }).map((all) => all.join(' AND '));
    fc.assert(
      fc.property(rows, where, (all, condition) => {
        const host = hostOf(all.map(encode));
        const [plan] = planQuery(schema, `SELECT * FROM t WHERE ${condition}`, subscriber);
        const found = [...rowsOf(host, plan!)].map((row) => Buffer.from(row).toString('hex')).sort();
        const chosen = [...host.scan(table)].filter((row) => plan!.filter!.match(row));
        expect(found).toEqual(chosen.map((row) => Buffer.from(row).toString('hex')).sort());
      }),
      { numRuns: 1_000 },
    );
  });
});
