import { mkdtemp, rm, writeFile, readFile, truncate, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openModuleHost } from '../../../../../src/infra/database/embedded/host/open-module-host.ts';
import type { ColumnRange, ModuleHost } from '../../../../../src/infra/database/embedded/module-host.ts';
import { writtenLength } from '../../../../support/written-length.ts';
import { row, text, u32, u8 } from './bsatn.ts';
import { puppetModule, type PuppetReducer, type PuppetTable } from './puppet-module.ts';

const NOTES: PuppetTable = {
  name: 'notes',
  columns: [
    ['id', 'u32'],
    ['words', 'string'],
  ],
  primaryKey: 0,
  indexes: [[0]],
  uniques: [[0]],
};
const FIRST = 4096;
const note = (id: number, words: string) => row(u32(id), text(words));
const reducer = (name: string, id: number, ending: PuppetReducer['ending']): PuppetReducer => ({
  name,
  table: FIRST,
  row: note(id, name),
  ending,
});
const REDUCERS = [
  reducer('init', 1, 'ok'),
  reducer('add', 2, 'ok'),
  reducer('refuse', 3, 'err'),
  reducer('panic', 4, 'trap'),
  reducer('grow', 5, 'grow'),
];
const caller = { identity: new Uint8Array(32), connectionId: new Uint8Array(16), timestampMicros: 1n };
const NO_ARGUMENTS = new Uint8Array();

async function openPuppet(
  folder: string | undefined,
  tables: PuppetTable[] = [NOTES],
  reducers = REDUCERS,
): Promise<ModuleHost> {
  const identity = new Uint8Array(32).fill(9);
  return openModuleHost({
    wasm: puppetModule(tables, reducers),
    folder,
    databaseIdentity: identity,
    owner: identity,
  });
}

const rows = (host: ModuleHost, table = 0) =>
  [...host.scan(host.schema.tables[table]!)].map((bytes) => Buffer.from(bytes).toString('hex'));
const hex = (...notes: Buffer[]) => notes.map((bytes) => bytes.toString('hex'));

describe('the module host', () => {
  it('HST1 runs init when the database is new, and never again', async () => {
    await inFolder(async (folder) => {
      const first = await openPuppet(folder);
      expect(first.created).toBe(true);
      expect(rows(first)).toEqual(hex(note(1, 'init')));
      await first.close();
      const second = await openPuppet(folder);
      expect(second.created).toBe(false);
      expect(rows(second)).toEqual(hex(note(1, 'init')));
      await second.close();
    });
  });

  it('HST2 commits what a reducer did as its net effect', async () => {
    const host = await openPuppet(undefined);
    const result = host.call('add', NO_ARGUMENTS, caller);
    expect(result).toEqual({
      committed: [{ table: host.schema.tables[0], inserts: [note(2, 'add')], deletes: [] }],
    });
    expect(host.call('add', NO_ARGUMENTS, caller)).toEqual({ committed: [] });
    expect(host.count(host.schema.tables[0]!)).toBe(2);
  });

  it('HST3 undoes everything of a reducer that returns Err, and gives its text', async () => {
    const host = await openPuppet(undefined);
    expect(host.call('refuse', NO_ARGUMENTS, caller)).toEqual({ failed: 'No.' });
    expect(rows(host)).toEqual(hex(note(1, 'init')));
  });

  it('HST4 undoes everything of a reducer that panics, and goes on with a new instance', async () => {
    const host = await openPuppet(undefined);
    expect(host.call('panic', NO_ARGUMENTS, caller)).toEqual({
      failed: 'The Wasm instance encountered a fatal error.',
    });
    expect(rows(host)).toEqual(hex(note(1, 'init')));
    expect(host.call('add', NO_ARGUMENTS, caller)).toHaveProperty('committed.length', 1);
  });

  it('HST5 goes on when the memory of the module has moved', async () => {
    const host = await openPuppet(undefined);
    host.call('grow', NO_ARGUMENTS, caller);
    host.call('add', NO_ARGUMENTS, caller);
    expect(host.count(host.schema.tables[0]!)).toBe(3);
  });

  it('HST6 refuses a module that imports what the host does not have, by name', async () => {
    const wasm = puppetModule([NOTES], REDUCERS, ['bytes_sink_write', 'datastore_insert_bsatn', 'teleport']);
    const opening = openModuleHost({
      wasm,
      folder: undefined,
      databaseIdentity: new Uint8Array(32),
      owner: new Uint8Array(32),
    });
    await expect(opening).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: expect.stringContaining('teleport'),
    });
  });

  it('HST7 fills counter columns that are zero, and keeps counting after a restart', async () => {
    await inFolder(async (folder) => {
      const counted = [{ ...NOTES, sequences: [0] }];
      const reducers = [reducer('add', 0, 'ok')];
      for (let run = 0; run < 3; run++) {
        const host = await openPuppet(folder, counted, reducers);
        host.call('add', NO_ARGUMENTS, caller);
        await host.close();
      }
      const host = await openPuppet(folder, counted, reducers);
      expect(host.created).toBe(false);
      expect(rows(host)).toEqual(hex(note(1, 'add'), note(2, 'add'), note(3, 'add')));
      await host.close();
    });
  });

  it('HST8 refuses everything after it is closed', async () => {
    const host = await openPuppet(undefined);
    await host.close();
    expect(() => host.call('add', NO_ARGUMENTS, caller)).toThrow(
      expect.objectContaining({ code: 'ENGINE_UNAVAILABLE' }),
    );
  });

  it('HST9 finds rows by the values of a column through an index', async () => {
    const host = await openPuppet(undefined);
    host.call('add', NO_ARGUMENTS, caller);
    const [table] = host.schema.tables;
    const both = [note(1, 'init'), note(2, 'add')];
    expect([...host.scan(table!, just(0, u32(2)))]).toEqual([note(2, 'add')]);
    expect([...host.scan(table!, just(0, u32(3)))]).toEqual([]);
    expect([...host.scan(table!, { column: 0, from: { value: u32(1), isIncluded: false } })]).toEqual([
      both[1],
    ]);
    expect([...host.scan(table!, { column: 0, to: { value: u32(2), isIncluded: true } })]).toEqual(both);
    // Without an index everything is given, for the caller to choose from.
    expect([...host.scan(table!, just(1, text('add')))]).toEqual(both);
    expect(() => host.scan(table!, just(0, u8(1)))).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
  });
});

function just(column: number, value: Uint8Array): ColumnRange {
  const bound = { value, isIncluded: true };
  return { column, from: bound, to: bound };
}

describe('a changed module', () => {
  const upgraded = async (folder: string, tables: PuppetTable[]) => {
    const before = await openPuppet(folder);
    before.call('add', NO_ARGUMENTS, caller);
    await before.close();
    return openPuppet(folder, tables);
  };

  it('HST10 may have new tables in any order and new indexes, which find the rows of before', async () => {
    await inFolder(async (folder) => {
      const tags: PuppetTable = { name: 'a_tags', columns: [['tag', 'string']], indexes: [], uniques: [] };
      const host = await upgraded(folder, [tags, { ...NOTES, indexes: [[0], [1]] }]);
      expect(rows(host, 1)).toEqual(hex(note(1, 'init'), note(2, 'add')));
      const found = [...host.scan(host.schema.tables[1]!, just(1, text('add')))];
      expect(found).toEqual([note(2, 'add')]);
      await host.close();
      const back = await openPuppet(folder, [{ ...NOTES }, tags]);
      expect(rows(back)).toEqual(hex(note(1, 'init'), note(2, 'add')));
      await back.close();
    });
  });

  it.each<[string, PuppetTable[]]>([
    ['table notes is gone', []],
    ['column words of notes is gone or moved', [{ ...NOTES, columns: [['id', 'u32']] }]],
    [
      'column id of notes has another type',
      [
        {
          ...NOTES,
          columns: [
            ['id', 'u64'],
            ['words', 'string'],
          ],
        },
      ],
    ],
    ['column more of notes is new', [{ ...NOTES, columns: [...NOTES.columns, ['more', 'bool']] }]],
    ['notes has a new unique constraint', [{ ...NOTES, indexes: [[0], [1]], uniques: [[0], [1]] }]],
    ['notes has another primary key', [{ ...NOTES, primaryKey: 1 }]],
  ])('HST11 is refused before a byte changes when %s', async (sentence, tables) => {
    await inFolder(async (folder) => {
      await expect(upgraded(folder, tables)).rejects.toMatchObject({
        code: 'ENGINE_UNAVAILABLE',
        message: expect.stringContaining(sentence),
      });
      const again = await openPuppet(folder);
      expect(rows(again)).toEqual(hex(note(1, 'init'), note(2, 'add')));
      await again.close();
    });
  });
});

describe('a data folder that cannot be used', () => {
  const refused = async (folder: string, sentence: string) =>
    expect(openPuppet(folder)).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: expect.stringContaining(sentence),
    });

  it('HST12 is refused and left alone when it comes from a newer version', async () => {
    await inFolder(async (folder) => {
      await (await openPuppet(folder)).close();
      await writeFile(join(folder, 'format.json'), '{"format":3}');
      await refused(folder, 'Update the service');
    });
  });

  it.each<[string, (folder: string) => Promise<void>]>([
    ['format.json is no JSON', (folder) => writeFile(join(folder, 'format.json'), '{')],
    ['the LMDB file is cut short', (folder) => truncate(join(folder, 'data.mdb'), 4096)],
    ['the LMDB file is something else', (folder) => writeFile(join(folder, 'data.mdb'), 'x'.repeat(100_000))],
    ['a byte in the middle of the log has changed', flipEarlyByte],
  ])('HST13 is refused and left alone when %s', async (_, damage) => {
    await inFolder(async (folder) => {
      const host = await openPuppet(folder);
      host.call('add', NO_ARGUMENTS, caller);
      await host.close();
      await damage(folder);
      const before = await readFile(join(folder, 'data.mdb'));
      await refused(folder, 'damaged');
      expect(await readFile(join(folder, 'data.mdb'))).toEqual(before);
    });
  });

  it('HST14 opens when only the end of the log was cut off by a crash', async () => {
    await inFolder(async (folder) => {
      const host = await openPuppet(folder);
      host.call('add', NO_ARGUMENTS, caller);
      await host.close();
      const log = join(folder, 'wal-0000000001');
      await truncate(log, writtenLength(await readFile(log)) - 3);
      const again = await openPuppet(folder);
      expect(rows(again)).toEqual(hex(note(1, 'init')));
      await again.close();
    });
  });

  it('HST14 opens after a second crash, when groups follow the place where the first one cut the log off', async () => {
    await inFolder(async (folder) => {
      const host = await openPuppet(folder);
      host.call('add', NO_ARGUMENTS, caller);
      await host.close();
      const log = join(folder, 'wal-0000000001');
      await truncate(log, (await readFile(log)).length - 3);
      const second = await openPuppet(folder);
      second.call('add', NO_ARGUMENTS, caller);
      await second.close();
      const third = await openPuppet(folder);
      expect(rows(third)).toHaveLength(2);
      await third.close();
    });
  });
});

async function flipEarlyByte(folder: string): Promise<void> {
  const file = await open(join(folder, 'wal-0000000001'), 'r+');
  await file.write(u8(0xaa), 0, 1, 20);
  await file.close();
}

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'heycat-host-'));
  try {
    await run(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
