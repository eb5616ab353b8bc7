import { describeWithServer } from '../../support/spacetimedb.ts';
import { ENTRY, NONE, RECORDING, RECORDING_CHANGES } from './arguments.ts';
import { ISSUED_AT, ModuleDatabase, type Caller } from './module-database.ts';

describeWithServer('receipts of commands', () => {
  let database: ModuleDatabase;
  let alice: Caller;
  let command: ReturnType<ModuleDatabase['commandsOf']>;
  beforeAll(async () => {
    database = await ModuleDatabase.open();
  });
  afterAll(() => database[Symbol.asyncDispose]());
  beforeEach(async () => {
    alice = await database.member();
    command = database.commandsOf(alice);
  });

  it('MOD24 a command sent again, also at another time, happens once', async () => {
    expect(await command('add_recording', [RECORDING], { command_id: 'one' })).toBe('done');
    const before = [await database.events(alice), await database.rows(alice, 'command_receipts')];
    expect(await command('add_recording', [RECORDING], { command_id: 'one' })).toBe('done');
    expect(await command('add_recording', [RECORDING], { command_id: 'one', at: ISSUED_AT + 5 })).toBe(
      'done',
    );
    expect([await database.events(alice), await database.rows(alice, 'command_receipts')]).toEqual(before);
  });

  it('MOD24 of one command sent many times at once one happens, and all are answered alike', async () => {
    const sent = Array.from({ length: 20 }, () =>
      command('add_recording', [RECORDING], { command_id: 'one' }),
    );
    expect(new Set(await Promise.all(sent))).toEqual(new Set(['done']));
    expect(await database.events(alice)).toHaveLength(1);
  });

  it('MOD24 a command_id with other arguments, or for another command, is COMMAND_REUSED', async () => {
    expect(await command('add_recording', [RECORDING], { command_id: 'one' })).toBe('done');
    const others: [string, unknown[]][] = [
      ['add_recording', [{ ...RECORDING, file_path: '/home/me/other.wav' }]],
      ['add_dictionary_entry', [ENTRY]],
      ['delete_recording', [1, NONE]],
    ];
    for (const [reducer, args] of others) {
      expect(await command(reducer, args, { command_id: 'one' })).toMatch(/^COMMAND_REUSED: .*one/);
    }
    expect(await database.events(alice)).toHaveLength(1);
  });

  it('MOD24 a receipt names the events of its command and what it answered', async () => {
    expect(await command('save_setting', ['theme', '1', NONE])).toBe('done');
    expect(await command('add_recording', [RECORDING], { command_id: 'one' })).toBe('done');
    expect((await database.rows(alice, 'command_receipts')).at(-1)).toMatchObject({
      command_id: 'one',
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      first_seq: 2,
      last_seq: 2,
      result: '{"id":1}',
      created_at: [ISSUED_AT],
    });
  });

  it('MOD14 a command that changes nothing has a receipt without events', async () => {
    expect(await command('add_recording', [RECORDING])).toBe('done');
    expect(await command('update_recording', [1, RECORDING_CHANGES, NONE], { command_id: 'none' })).toBe(
      'done',
    );
    expect(await database.events(alice)).toHaveLength(1);
    const receipts = await database.rows(alice, 'command_receipts');
    expect(receipts).toContainEqual(
      expect.objectContaining({ command_id: 'none', first_seq: 2, last_seq: 1 }),
    );
  });

  it('MOD24 a refused command leaves no receipt, so it may be sent again', async () => {
    const again = () => command('delete_recording', [1, NONE], { command_id: 'early' });
    expect(await again()).toBe('NOT_FOUND: Recording not found');
    expect(await database.rows(alice, 'command_receipts')).toEqual([]);
    expect(await command('add_recording', [RECORDING])).toBe('done');
    expect(await again()).toBe('done');
  });

  it('MOD25 only receipts that are old and wholly below the seq are pruned', async () => {
    const entry = (trigger: string, command_id: string, at: number) =>
      command('add_dictionary_entry', [{ ...ENTRY, trigger }], { command_id, at });
    expect(await entry('a', 'old', ISSUED_AT)).toBe('done');
    expect(await entry('b', 'young', ISSUED_AT + 10)).toBe('done');
    expect(await entry('c', 'old but needed', ISSUED_AT)).toBe('done');
    const bob = await database.member();
    expect(await database.commandsOf(bob)('save_setting', ['a', '1', NONE])).toBe('done');

    expect(await database.call(alice, 'prune_receipts', [ISSUED_AT + 10], 3)).toBe('done');
    const left = await database.rows(alice, 'command_receipts');
    expect(left.map((receipt) => receipt['command_id'])).toEqual(['young', 'old but needed']);
    expect(await database.rows(bob, 'command_receipts')).toHaveLength(1);
    expect(await database.events(alice)).toHaveLength(3);
  });
});
