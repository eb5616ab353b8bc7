import { ERRNO } from '../../../../../src/infra/database/embedded/host/errno.ts';
import { GuestMemory } from '../../../../../src/infra/database/embedded/host/guest-memory.ts';
import { moduleImports, type GuestState } from '../../../../../src/infra/database/embedded/host/imports.ts';
import { RowIterators } from '../../../../../src/infra/database/embedded/host/row-iterators.ts';
import type { TableSchema } from '../../../../../src/infra/database/embedded/module-host.ts';
import { MemoryStore } from '../../../../../src/infra/database/embedded/store/key-value.ts';
import { Sequences } from '../../../../../src/infra/database/embedded/store/sequences.ts';
import { TableAccess } from '../../../../../src/infra/database/embedded/store/table-access.ts';
import { Transaction } from '../../../../../src/infra/database/embedded/store/transaction.ts';
import { list, row, text, u32, u8 } from './bsatn.ts';

const OUT = 16;
const LENGTH = 32;
const SCHEMA: TableSchema = {
  id: 4096,
  name: 'notes',
  isPublic: true,
  columns: [
    { name: 'id', type: { kind: 'u32' } },
    { name: 'words', type: { kind: 'string' } },
  ],
  primaryKey: 0,
  indexes: [
    { id: 5000, name: 'notes_id_idx_btree', columns: [0], unique: true },
    { id: 5001, name: 'notes_words_idx_btree', columns: [1], unique: false },
  ],
  visibility: [],
};
const note = (id: number, words: string) => row(u32(id), text(words));

/** The imports over a memory and a table of their own, called as wasm would call them. */
class Harness {
  readonly log: string[] = [];
  readonly state: GuestState;
  private readonly bytes = new ArrayBuffer(1 << 20);
  private readonly imports;
  private top = 4096;

  constructor() {
    const table = new TableAccess(SCHEMA, []);
    const store = new MemoryStore();
    this.state = {
      memory: new GuestMemory({ buffer: this.bytes }),
      transaction: new Transaction(store, new Sequences(store)),
      tables: {
        byId: new Map([[4096, table]]),
        byName: new Map([['notes', table]]),
        indexById: new Map(table.indexes.map((index) => [index.schema.id, index])),
        indexByName: new Map(table.indexes.map((index) => [index.schema.name, index])),
      },
      arguments: Buffer.from('abcdef'),
      argumentsRead: 0,
      sink: [],
      iterators: new RowIterators(),
      timers: new Map(),
      databaseIdentity: new Uint8Array(32).fill(7),
      log: (level, line) => this.log.push(`${level} ${line}`),
    };
    this.imports = moduleImports(this.state);
  }

  call(name: string, ...args: number[]): number {
    return Number(this.imports[name]!(...args));
  }

  /** Puts bytes into the memory: pointer and length. */
  put(bytes: Buffer): [number, number] {
    const pointer = this.top;
    Buffer.from(this.bytes).set(bytes, pointer);
    this.top += bytes.length + 8;
    return [pointer, bytes.length];
  }

  at(pointer: number, length: number): Buffer {
    return Buffer.from(Buffer.from(this.bytes, pointer, length));
  }

  out(pointer = OUT): number {
    return this.at(pointer, 4).readUInt32LE();
  }

  insert(bytes: Buffer, table = 4096): number {
    const [pointer, length] = this.put(bytes);
    return this.call('datastore_insert_bsatn', table, pointer, this.put(u32(length))[0]);
  }

  update(bytes: Buffer, index = 5000, table = 4096): number {
    const [pointer, length] = this.put(bytes);
    return this.call('datastore_update_bsatn', table, index, pointer, this.put(u32(length))[0]);
  }

  scan(start: Buffer, end: Buffer, index = 5000, name = 'datastore_index_scan_range_bsatn'): number {
    return this.call(name, index, 1, 0, 0, ...this.put(start), ...this.put(end), OUT);
  }

  advance(iterator: number, capacity: number): [number, number] {
    const [buffer] = this.put(Buffer.alloc(capacity));
    const [length] = this.put(u32(capacity));
    return [this.call('row_iter_bsatn_advance', iterator, buffer, length), this.out(length)];
  }
}

describe('what the module imports', () => {
  it('HST22 answers unknown names and ids with their error numbers', () => {
    const harness = new Harness();
    expect(harness.call('table_id_from_name', ...harness.put(Buffer.from('notes')), OUT)).toBe(0);
    expect(harness.out()).toBe(4096);
    expect(harness.call('index_id_from_name', ...harness.put(Buffer.from('notes_id_idx_btree')), OUT)).toBe(
      0,
    );
    expect(harness.out()).toBe(5000);
    expect(harness.call('table_id_from_name', ...harness.put(Buffer.from('x')), OUT)).toBe(
      ERRNO.NO_SUCH_TABLE,
    );
    expect(harness.call('index_id_from_name', ...harness.put(Buffer.from('x')), OUT)).toBe(
      ERRNO.NO_SUCH_INDEX,
    );
    expect(harness.call('datastore_table_row_count', 1, OUT)).toBe(ERRNO.NO_SUCH_TABLE);
    expect(harness.call('datastore_table_scan_bsatn', 1, OUT)).toBe(ERRNO.NO_SUCH_TABLE);
    expect(harness.insert(note(1, 'a'), 1)).toBe(ERRNO.NO_SUCH_TABLE);
    expect(harness.scan(u8(2), u8(2), 1)).toBe(ERRNO.NO_SUCH_INDEX);
    expect(harness.update(note(1, 'a'), 1)).toBe(ERRNO.NO_SUCH_INDEX);
    expect(harness.call('row_iter_bsatn_close', 9)).toBe(ERRNO.NO_SUCH_ITER);
    expect(harness.advance(9, 10)[0]).toBe(ERRNO.NO_SUCH_ITER);
    expect(harness.call('console_timer_end', 9)).toBe(ERRNO.NO_SUCH_CONSOLE_TIMER);
    expect(harness.call('bytes_source_read', 9, 16, LENGTH)).toBe(ERRNO.NO_SUCH_BYTES);
    expect(harness.call('bytes_sink_write', 9, 16, LENGTH)).toBe(ERRNO.NO_SUCH_BYTES);
  });

  it('HST23 answers rows that break a rule with their error numbers', () => {
    const harness = new Harness();
    expect(harness.insert(note(1, 'a'))).toBe(0);
    expect(harness.insert(note(1, 'a'))).toBe(0);
    expect(harness.insert(note(1, 'b'))).toBe(ERRNO.UNIQUE_ALREADY_EXISTS);
    expect(harness.insert(u32(1))).toBe(ERRNO.BSATN_DECODE_ERROR);
    expect(harness.update(note(2, 'b'))).toBe(ERRNO.NO_SUCH_ROW);
    expect(harness.update(note(1, 'b'), 5001)).toBe(ERRNO.INDEX_NOT_UNIQUE);
    expect(harness.update(note(1, 'b'))).toBe(0);
    expect(harness.scan(u8(9), u8(2))).toBe(ERRNO.BSATN_DECODE_ERROR);
    expect(harness.scan(row(u8(0), u8(1)), u8(2))).toBe(ERRNO.BSATN_DECODE_ERROR);
    const [bad, length] = harness.put(list([u32(1)]));
    expect(harness.call('datastore_delete_all_by_eq_bsatn', 4096, bad, length, OUT)).toBe(
      ERRNO.BSATN_DECODE_ERROR,
    );
  });

  it('HST24 hands rows over in pieces that fit, and closes an iterator that is used up', () => {
    const harness = new Harness();
    const large = 'x'.repeat(20_000);
    for (const id of [1, 2, 3]) harness.insert(note(id, large));
    const size = note(1, large).length;
    expect(harness.call('datastore_table_scan_bsatn', 4096, OUT)).toBe(0);
    const iterator = harness.out();
    expect(harness.advance(iterator, 10)).toEqual([ERRNO.BUFFER_TOO_SMALL, 2 * size]);
    expect(harness.advance(iterator, 2 * size)).toEqual([0, 2 * size]);
    expect(harness.advance(iterator, size)).toEqual([-1, size]);
    expect(harness.advance(iterator, size)[0]).toBe(ERRNO.NO_SUCH_ITER);
    harness.call('datastore_table_scan_bsatn', 4096, OUT);
    expect(harness.call('row_iter_bsatn_close', harness.out())).toBe(0);
    expect(harness.call('row_iter_bsatn_close', harness.out())).toBe(ERRNO.NO_SUCH_ITER);
  });

  it('HST25 counts what it deletes', () => {
    const harness = new Harness();
    for (const id of [1, 2, 3, 4]) harness.insert(note(id, 'a'));
    const from2 = row(u8(0), u32(2));
    const to4 = row(u8(1), u32(4));
    expect(harness.scan(from2, to4, 5000, 'datastore_delete_by_index_scan_range_bsatn')).toBe(0);
    expect(harness.out()).toBe(2);
    const rows = harness.put(list([note(1, 'a'), note(1, 'a'), note(4, 'b')]));
    expect(harness.call('datastore_delete_all_by_eq_bsatn', 4096, ...rows, OUT)).toBe(0);
    expect(harness.out()).toBe(1);
    expect(harness.call('datastore_table_row_count', 4096, OUT)).toBe(0);
    expect(harness.at(OUT, 8).readBigUInt64LE()).toBe(1n);
  });

  it('HST26 gives arguments piece by piece, and takes what is written', () => {
    const harness = new Harness();
    const read = (capacity: number) => {
      const [buffer] = harness.put(Buffer.alloc(8));
      const [length] = harness.put(u32(capacity));
      const result = harness.call('bytes_source_read', 1, buffer, length);
      return [result, harness.at(buffer, harness.out(length)).toString()];
    };
    expect(read(4)).toEqual([0, 'abcd']);
    expect(read(4)).toEqual([-1, 'ef']);
    expect(read(4)[0]).toBe(ERRNO.NO_SUCH_BYTES);
    const [pointer] = harness.put(Buffer.from('said'));
    expect(harness.call('bytes_sink_write', 1, pointer, harness.put(u32(4))[0])).toBe(0);
    expect(Buffer.concat(harness.state.sink!).toString()).toBe('said');
    harness.call('identity', OUT);
    expect(harness.at(OUT, 32)).toEqual(Buffer.alloc(32, 7));
  });

  it('HST27 answers no question about rows outside a transaction', () => {
    const harness = new Harness();
    harness.state.transaction = undefined;
    expect(harness.insert(note(1, 'a'))).toBe(ERRNO.NOT_IN_TRANSACTION);
    expect(harness.call('table_id_from_name', ...harness.put(Buffer.from('notes')), OUT)).toBe(
      ERRNO.NOT_IN_TRANSACTION,
    );
    expect(harness.call('datastore_table_row_count', 4096, OUT)).toBe(ERRNO.NOT_IN_TRANSACTION);
    expect(harness.scan(u8(2), u8(2))).toBe(ERRNO.NOT_IN_TRANSACTION);
  });

  it('HST28 traps a module that names memory it does not have', () => {
    const harness = new Harness();
    const trap = expect.objectContaining({ code: 'INTERNAL' });
    expect(() => harness.call('table_id_from_name', 0, 4, OUT)).toThrow(trap);
    expect(() => harness.call('table_id_from_name', (1 << 20) - 2, 4, OUT)).toThrow(trap);
    expect(() => harness.call('datastore_table_row_count', 4096, 0)).toThrow(trap);
  });

  it('HST29 logs with level, module and place, and times spans', () => {
    const harness = new Harness();
    const [message, file] = [harness.put(Buffer.from('words')), harness.put(Buffer.from('a.rs'))];
    harness.call('console_log', 1, 0, 0, ...file, 7, ...message);
    harness.call('console_log', 101, 0, 0, 0, 0, -1, ...message);
    const timer = harness.call('console_timer_start', ...harness.put(Buffer.from('span')));
    expect(harness.call('console_timer_end', timer)).toBe(0);
    expect(harness.log.slice(0, 2)).toEqual(['warn words (a.rs:7)', 'panic words']);
    expect(harness.log[2]).toMatch(/^info Timing span "span": \d+µs$/);
  });
});
