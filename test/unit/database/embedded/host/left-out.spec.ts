import { readdir } from 'node:fs/promises';
import { readModuleDefinition } from '../../../../../src/infra/database/embedded/host/module-definition.ts';
import { openModuleHost } from '../../../../../src/infra/database/embedded/host/open-module-host.ts';
import { list, none, row, text, u16, u32, u8 } from './bsatn.ts';
import { tempFolder } from '../../../../support/temp-folder.ts';
import { describeModule, puppetModule, type PuppetTable } from './puppet-module.ts';

const ALARMS: PuppetTable = {
  name: 'alarms',
  columns: [
    ['id', 'u64'],
    ['words', 'string'],
  ],
  primaryKey: 0,
  indexes: [[0]],
  uniques: [[0]],
};
const SCHEDULED = { ...ALARMS, scheduledFor: 'ring' };

describe('a module that needs what the embedded engine leaves out', () => {
  it('HST32 is refused at opening by name, before anything is written', async () => {
    await using folder = await tempFolder();
    const identity = new Uint8Array(32);
    const options = { folder: folder.path, databaseIdentity: identity, owner: identity };
    await expect(openModuleHost({ ...options, wasm: puppetModule([SCHEDULED], []) })).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: expect.stringMatching(/scheduled table alarms.*--engine sidecar/),
    });
    expect(await readdir(folder.path)).toEqual([]);
  });

  it.each([
    ['a join', 'SELECT alarms.* FROM alarms JOIN people ON alarms.id = people.id'],
    ['a column in its list', 'SELECT id FROM alarms WHERE id = 1'],
    ['another table', 'SELECT * FROM nothing WHERE id = 1'],
    ['a column that is not there', 'SELECT * FROM alarms WHERE owner = :sender'],
    ['a value of another type', 'SELECT * FROM alarms WHERE words = :sender'],
  ])('HST32 a row-level rule with %s is refused, never passed over', (_, rule) => {
    const read = () => readModuleDefinition(describeModule([ALARMS], [], [rule]));
    expect(read).toThrow(`the row-level rule «${rule}»`);
    expect(read).toThrow(expect.objectContaining({ code: 'ENGINE_UNAVAILABLE' }));
  });

  it('HST32 a hash index is refused', () => {
    const described = describeModule([ALARMS], []);
    const index = described.indexOf(row(none, none, u8(0), list([u16(0)])));
    described[index + 2] = 1;
    expect(() => readModuleDefinition(described)).toThrow('a hash index');
  });

  it('HST32 a type that contains itself is refused', () => {
    const described = describeModule([ALARMS], []);
    const column = row(text('id'), u8(13));
    const at = described.indexOf(column);
    const recursive = row(text('id'), u8(0), u32(0));
    const bytes = row(described.subarray(0, at), recursive, described.subarray(at + column.length));
    expect(() => readModuleDefinition(bytes)).toThrow('a recursive type');
  });

  it('HST32 a module definition of another version is refused', () => {
    const described = describeModule([ALARMS], []);
    described[0] = 0;
    expect(() => readModuleDefinition(described)).toThrow('another version than 9');
  });
});
