import { randomUUID } from 'node:crypto';
import { Timestamp } from '@clockworklabs/spacetimedb-sdk';
import { describeWithServer } from '../../support/spacetimedb.ts';
import { BareClient, openDatabase, PUBLIC_TABLES, SHARED, take, type Database } from './database.ts';

describeWithServer('two identities over websocket', () => {
  let database: Database;
  const connect = (name: 'alice' | 'bob' | 'deployer') => BareClient.connect(database.origin, database[name]);
  const at = Timestamp.now();

  beforeAll(async () => {
    database = await openDatabase();
  });
  afterAll(() => database[Symbol.asyncDispose]());

  it.each(PUBLIC_TABLES)(
    'SEC1 whoever subscribes to all of %s gets only rows of their own',
    async (table) => {
      for (const name of ['alice', 'bob'] as const) {
        using user = await connect(name);
        expect(await user.subscribe(`SELECT * FROM ${table}`)).toBe('applied');
        expect(user.rows(table).length).toBeGreaterThan(0);
        expect([...user.toldOwners]).toEqual([database[name].identity]);
      }
    },
  );

  it("SEC2 subscribing to another owner's rows by name gives nothing", async () => {
    using bob = await connect('bob');
    const { identity } = database.alice;
    for (const table of PUBLIC_TABLES) {
      await bob.subscribe(`SELECT * FROM ${table} WHERE owner_identity = 0x${identity}`);
    }
    const join = 'SELECT r.* FROM recordings r JOIN settings s ON r.owner_identity = s.owner_identity';
    // 1.2.0 refuses such a join; a server that takes it must keep to the rules.
    await bob.subscribe(join);
    expect([...bob.toldOwners]).not.toContain(identity);
  });

  it('SEC3 what one does is not told to the other while it happens', async () => {
    using alice = await connect('alice');
    using bob = await connect('bob');
    const everything = PUBLIC_TABLES.map((table) => `SELECT * FROM ${table}`);
    for (const user of [alice, bob]) expect(await user.subscribe(...everything)).toBe('applied');
    const save = (user: BareClient, value: string) =>
      user.run('save_setting', (reducers) =>
        reducers.saveSetting(randomUUID(), at, 'news', JSON.stringify(value), undefined),
      );
    expect(await save(alice, 'from alice')).toBe('committed');
    expect(await save(bob, 'from bob')).toBe('committed');
    expect([...alice.toldOwners]).toEqual([database.alice.identity]);
    expect([...bob.toldOwners]).toEqual([database.bob.identity]);
    expect(bob.rows('settings').find(({ key }) => key === 'news')).toMatchObject({ value: '"from bob"' });
  });

  it('SEC4 each has the same ids, keys, triggers and command_ids without a collision', async () => {
    for (const name of ['alice', 'bob'] as const) {
      using user = await connect(name);
      await user.subscribe(...PUBLIC_TABLES.map((table) => `SELECT * FROM ${table}`));
      expect(user.rows('recordings')).toContainEqual(expect.objectContaining({ id: 1n }));
      expect(user.rows('dictionary_entries')).toMatchObject([
        { id: 1n, trigger: SHARED.trigger, replacement: name },
      ]);
      expect(user.rows('settings')).toContainEqual(expect.objectContaining({ value: JSON.stringify(name) }));
      const receipts = user
        .rows('command_receipts')
        .filter(({ commandId }) => commandId === SHARED.commandId);
      expect(receipts).toMatchObject([{ firstSeq: 1n }]);
    }
  });

  it("SEC5 nothing that one may call changes the other's rows", async () => {
    using alice = await connect('alice');
    using bob = await connect('bob');
    const everything = PUBLIC_TABLES.map((table) => `SELECT * FROM ${table}`);
    await alice.subscribe(...everything);
    for (const name of ['extra one', 'extra two']) {
      await alice.run('add_recording', (reducers) => reducers.addRecording(randomUUID(), at, take(name)));
    }
    const before = stateOf(alice);
    const outcomes = [
      await bob.run('delete_recording', (reducers) =>
        reducers.deleteRecording(randomUUID(), at, 3n, undefined),
      ),
      await bob.run('set_voice_command_enabled', (reducers) =>
        reducers.setVoiceCommandEnabled(randomUUID(), at, 2n, false, undefined),
      ),
      await bob.run('delete_recording', (reducers) =>
        reducers.deleteRecording(randomUUID(), at, 1n, undefined),
      ),
      await bob.run('delete_setting', (reducers) =>
        reducers.deleteSetting(randomUUID(), at, SHARED.key, undefined),
      ),
      await bob.run('prune_receipts', (reducers) => reducers.pruneReceipts(at, 1_000n)),
      await bob.run('rebuild_state', (reducers) => reducers.rebuildState()),
    ];
    const refused = expect.stringMatching(/^NOT_FOUND: /) as string;
    expect(outcomes).toEqual([refused, refused, 'committed', 'committed', 'committed', 'committed']);
    await alice.run('heartbeat', (reducers) => reducers.heartbeat(1n));
    expect(stateOf(alice)).toEqual(before);
  });

  it('SEC6 who is a member is told to nobody', async () => {
    using bob = await connect('bob');
    expect(await bob.subscribe('SELECT * FROM members')).not.toBe('applied');
  });

  it('SEC7 whoever is not admitted gets no connection', async () => {
    for (const outsider of database.outsiders) {
      await expect(BareClient.connect(database.origin, outsider)).rejects.toThrow('refused');
    }
  });

  it('SEC8 the deployer, who owns the database, can connect and admits', async () => {
    using deployer = await connect('deployer');
    expect(await deployer.run('heartbeat', (reducers) => reducers.heartbeat(1n))).toBe('committed');
  });
});

/** Everything that a client holds, in an order of its own. */
function stateOf(client: BareClient): unknown[] {
  const text = (_: string, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value);
  return PUBLIC_TABLES.map((table) =>
    client
      .rows(table)
      .map((row) => JSON.stringify(row, text))
      .toSorted(),
  );
}
