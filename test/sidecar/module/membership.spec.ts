import { describeWithServer } from '../../support/spacetimedb.ts';
import { ENTRY, NONE } from './arguments.ts';
import { ISSUED_AT, ModuleDatabase } from './module-database.ts';

describeWithServer('membership in the module', () => {
  let database: ModuleDatabase;
  beforeAll(async () => {
    database = await ModuleDatabase.open();
  });
  afterAll(() => database[Symbol.asyncDispose]());

  const admit = (identity: string) => database.call(database.deployer, 'admit_member', [`0x${identity}`]);
  const revoke = (identity: string) => database.call(database.deployer, 'revoke_member', [`0x${identity}`]);

  it('MOD4 who is no member is refused by every kind of reducer, before the arguments are looked at', async () => {
    const stranger = await database.stranger();
    const calls: [string, ...unknown[]][] = [
      ['heartbeat', 1],
      ['add_dictionary_entry', '', [-1], { ...ENTRY, trigger: '' }],
      ['import_batch', 1, NONE, [], []],
      ['prune_receipts', [ISSUED_AT], 1],
      ['rebuild_state'],
      ['admit_member', [`0x${stranger.identity}`]],
      ['revoke_member', [`0x${stranger.identity}`]],
    ];
    for (const [reducer, ...args] of calls) {
      const refusal = await database.call(stranger, reducer, ...args);
      expect([reducer, refusal]).toEqual([
        reducer,
        expect.stringMatching(/^NOT_AUTHORIZED: Not authorized to /),
      ]);
    }
  });

  it('MOD23 a member who is no administrator admits and revokes nobody', async () => {
    const member = await database.member();
    for (const action of ['admit', 'revoke']) {
      const refusal = await database.call(member, `${action}_member`, [`0x${member.identity}`]);
      expect(refusal).toBe(`NOT_AUTHORIZED: Not authorized to ${action} members`);
    }
  });

  it('MOD23 admitting again keeps the stream and its epoch', async () => {
    const member = await database.member();
    const before = await database.rows(member, 'stream_heads');
    expect(before).toMatchObject([{ epoch: expect.stringMatching(/^[0-9a-f]{32}$/), next_seq: 1 }]);
    expect(await admit(member.identity)).toBe('done');
    expect(await database.rows(member, 'stream_heads')).toEqual(before);
  });

  it('MOD23 a revoked member is refused at once, and finds everything after coming back', async () => {
    const member = await database.member();
    const command = database.commandsOf(member);
    expect(await command('save_setting', ['theme', '"dark"', NONE])).toBe('done');
    const before = [await database.state(member), await database.rows(member, 'stream_heads')];

    expect(await revoke(member.identity)).toBe('done');
    const refusal = await command('save_setting', ['theme', '"light"', NONE]);
    expect(refusal).toMatch(/^NOT_AUTHORIZED: /);

    expect(await admit(member.identity)).toBe('done');
    expect([await database.state(member), await database.rows(member, 'stream_heads')]).toEqual(before);
    expect(await command('save_setting', ['theme', '"light"', NONE])).toBe('done');
  });

  it('MOD23 an administrator cannot lock themselves out', async () => {
    const refusal = await revoke(database.deployer.identity);
    expect(refusal).toMatch(/^INVALID_ARGUMENT: identity /);
    expect(await database.call(database.deployer, 'heartbeat', 1)).toBe('done');
  });

  it("MOD3 a member's own rows are all that a member is shown", async () => {
    const [alice, bob] = [await database.member(), await database.member()];
    expect(await database.commandsOf(alice)('save_setting', ['theme', '1', NONE])).toBe('done');
    for (const table of ['settings', 'event_log', 'command_receipts', 'stream_heads']) {
      const seen = await database.rows({ ...bob, identity: alice.identity }, table);
      expect([table, seen]).toEqual([table, []]);
      expect(await database.rows(alice, table)).toHaveLength(1);
    }
  });
});
