import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { modulePath } from '../../../src/infra/database/module-file.ts';
import { DATABASE } from '../../../src/infra/database/module-file.ts';
import { describeWithServer } from '../../support/spacetimedb.ts';
import {
  call,
  http,
  openDatabase,
  PUBLIC_TABLES,
  SHARED,
  sql,
  type Caller,
  type Database,
} from './database.ts';

const at = { __timestamp_micros_since_unix_epoch__: Date.now() * 1_000 };

describeWithServer('two identities over HTTP', () => {
  let database: Database;
  /** What the owner of the database sees: everybody's rows. */
  const everything = async () => {
    const tables = [...PUBLIC_TABLES, 'members'];
    const rows = await Promise.all(
      tables.map((table) => rowsFor(database.deployer, `SELECT * FROM ${table}`)),
    );
    return rows.map((of) => of.map((row) => JSON.stringify(row)).toSorted());
  };
  const rowsFor = (caller: Caller, query: string) => sql(database.origin, caller, query);
  const ask = (caller: Caller, ...request: Parameters<typeof http>[2]) =>
    http(database.origin, caller, request);

  beforeAll(async () => {
    database = await openDatabase();
  });
  afterAll(() => database[Symbol.asyncDispose]());

  it.each(PUBLIC_TABLES)('SEC1 SQL on %s shows each member their own rows', async (table) => {
    const { alice, bob, deployer } = database;
    const all = await rowsFor(deployer, `SELECT * FROM ${table}`);
    const [ofAlice, ofBob] = [
      await rowsFor(alice, `SELECT * FROM ${table}`),
      await rowsFor(bob, `SELECT * FROM ${table}`),
    ];
    expect(ofAlice.length).toBeGreaterThan(0);
    expect(ofBob).toEqual(all.filter((row) => JSON.stringify(row).includes(bob.identity)));
    expect(JSON.stringify(ofAlice)).not.toContain(bob.identity);
    expect(JSON.stringify(ofBob)).not.toContain(alice.identity);
    expect(await rowsFor(bob, `SELECT * FROM ${table} WHERE owner_identity = 0x${alice.identity}`)).toEqual(
      [],
    );
  });

  it('SEC2 neither a join nor a count tells of rows of others', async () => {
    const { alice, bob } = database;
    for (const table of PUBLIC_TABLES) {
      const other = table === 'settings' ? 'recordings' : 'settings';
      const join = `SELECT a.* FROM ${table} a JOIN ${other} b ON a.owner_identity = b.owner_identity`;
      expect(JSON.stringify(await rowsFor(bob, join))).not.toContain(alice.identity);
      const own = await rowsFor(bob, `SELECT * FROM ${table}`);
      const counted = await rowsFor(bob, `SELECT COUNT(*) AS n FROM ${table}`);
      // A server that does not count says nothing, which is as well.
      expect([[], [[own.length]]]).toContainEqual(counted);
    }
  });

  it('SEC6 who is a member is told to nobody but the owner of the database', async () => {
    expect(await rowsFor(database.bob, 'SELECT * FROM members')).toEqual([]);
    expect(await rowsFor(database.deployer, 'SELECT * FROM members')).toHaveLength(3);
  });

  it("SEC5 a call over HTTP reaches only the caller's own rows", async () => {
    const { origin, alice, bob } = database;
    const before = await rowsFor(alice, 'SELECT * FROM settings');
    const saved = await call(origin, bob, [
      'save_setting',
      [randomUUID(), at, SHARED.key, '"changed"', { none: [] }],
    ]);
    expect(saved).toMatchObject({ status: 200 });
    expect(JSON.stringify(await rowsFor(bob, 'SELECT * FROM settings'))).toContain('changed');
    const missing = await call(origin, bob, ['delete_recording', [randomUUID(), at, 2, { none: [] }]]);
    expect(missing.text).toContain('NOT_FOUND');
    expect(await rowsFor(alice, 'SELECT * FROM settings')).toEqual(before);
  });

  it('SEC7 outsiders call nothing over HTTP and see no row over SQL', async () => {
    const before = await everything();
    for (const outsider of database.outsiders) {
      const args = [randomUUID(), at, 'intruder', '1', { none: [] }];
      for (const request of [
        ['save_setting', args],
        ['heartbeat', [1]],
        ['rebuild_state', []],
      ] as const) {
        const { status } = await call(database.origin, outsider, [request[0], [...request[1]]]);
        expect([400, 401, 403]).toContain(status);
      }
      for (const table of [...PUBLIC_TABLES, 'members']) {
        expect(await rowsFor(outsider, `SELECT * FROM ${table}`)).toEqual([]);
        const counted = await rowsFor(outsider, `SELECT COUNT(*) AS n FROM ${table}`);
        expect([[], [[0]]]).toContainEqual(counted);
      }
    }
    expect(await everything()).toEqual(before);
  });

  it('SEC9 nobody but the owner of the database writes past the reducers, over SQL', async () => {
    const { alice, bob, deployer, outsiders } = database;
    const before = await everything();
    const statements = [
      `UPDATE settings SET value = '"mine"' WHERE key = '${SHARED.key}'`,
      `DELETE FROM recordings WHERE owner_identity = 0x${alice.identity}`,
      `DELETE FROM event_log WHERE seq = 1`,
    ];
    for (const caller of [alice, bob, ...outsiders]) {
      for (const statement of statements) await rowsFor(caller, statement);
    }
    expect(await everything()).toEqual(before);
    // The statements themselves are right: their owner may run them.
    await rowsFor(deployer, statements[0]!);
    expect(await everything()).not.toEqual(before);
  });

  it('SEC10 only an administrator admits and revokes', async () => {
    const { origin, alice, bob, outsiders, deployer } = database;
    const before = await everything();
    for (const caller of [alice, bob, ...outsiders]) {
      for (const reducer of ['admit_member', 'revoke_member']) {
        const { status, text } = await call(origin, caller, [reducer, [[`0x${alice.identity}`]]]);
        expect(status).toBeGreaterThanOrEqual(400);
        if (!outsiders.includes(caller)) expect(text).toContain('NOT_AUTHORIZED: Not authorized to');
      }
    }
    expect(await everything()).toEqual(before);
    expect((await call(origin, deployer, ['revoke_member', [[`0x${bob.identity}`]]])).status).toBe(200);
    expect((await call(origin, bob, ['heartbeat', [1]])).status).toBe(403);
    expect((await call(origin, deployer, ['admit_member', [[`0x${bob.identity}`]]])).status).toBe(200);
    expect((await call(origin, bob, ['heartbeat', [1]])).status).toBe(200);
    expect(await rowsFor(bob, 'SELECT * FROM recordings')).toHaveLength(1);
  });

  it('SEC11 neither a member nor an outsider replaces, renames, deletes or reads the logs of the database', async () => {
    const { alice, bob, outsiders } = database;
    const before = await everything();
    const wasm = await readFile(modulePath());
    for (const caller of [alice, bob, ...outsiders]) {
      const answers = [
        await ask(caller, 'PUT', `/v1/database/${DATABASE}`, wasm),
        await ask(caller, 'PUT', `/v1/database/${DATABASE}?clear=true`, wasm),
        await ask(caller, 'DELETE', `/v1/database/${DATABASE}`),
        await ask(caller, 'GET', `/v1/database/${DATABASE}/logs?num_lines=5`),
        await ask(caller, 'PUT', `/v1/database/${DATABASE}/names`, '["taken-over"]'),
      ];
      expect(
        answers.filter(({ status, text }) => status < 400 && !text.includes('PermissionDenied')),
      ).toEqual([]);
    }
    expect(await everything()).toEqual(before);
  });

  it('SEC8 the deployer publishes, and the rows stay', async () => {
    const before = await everything();
    const published = await ask(
      database.deployer,
      'PUT',
      `/v1/database/${DATABASE}`,
      await readFile(modulePath()),
    );
    expect(published.status).toBe(200);
    expect(await everything()).toEqual(before);
  });
});
