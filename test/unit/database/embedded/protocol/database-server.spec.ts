import { readFile } from 'node:fs/promises';
import { identityBytes } from '../../../../../src/infra/database/identity/claims.ts';
import { openModuleHost } from '../../../../../src/infra/database/embedded/host/open-module-host.ts';
import type { ModuleHost } from '../../../../../src/infra/database/embedded/module-host.ts';
import { DatabaseServer } from '../../../../../src/infra/database/embedded/worker/database-server.ts';
import { readBatch } from '../../../../../src/infra/database/embedded/worker/frame-batch.ts';
import { modulePath } from '../../../../../src/infra/database/module-file.ts';
import {
  callFrame,
  saveSettingFrame,
  subscribeFrameOf,
  unsubscribeFrame,
} from '../../../../support/bsatn-frames.ts';
import { readServerFrame, type Told } from '../../../../support/server-frames.ts';

const OWNER = `c200${'01'.repeat(30)}`;
const ANNA = `c200${'0a'.repeat(30)}`;
const BOB = `c200${'0b'.repeat(30)}`;

/** The real module in memory, and a disk that can be held up. */
class Stage {
  readonly told = new Map<number, (Told | 'end')[]>();
  readonly failures: string[] = [];
  readonly times: bigint[] = [];
  writes = 0;
  disk: Promise<void> = Promise.resolve();
  server!: DatabaseServer;

  static async set(): Promise<Stage> {
    const stage = new Stage();
    const real = await openModuleHost({
      wasm: await readFile(modulePath()),
      folder: undefined,
      databaseIdentity: identityBytes(OWNER),
      owner: identityBytes(OWNER),
    });
    const host: ModuleHost = {
      schema: real.schema,
      created: real.created,
      call: (...call) => {
        stage.times.push(call[2].timestampMicros);
        return real.call(...call);
      },
      scan: (...where) => real.scan(...where),
      count: (table) => real.count(table),
      rest: () => real.rest(),
      close: () => real.close(),
      durable: async () => {
        stage.writes += 1;
        await stage.disk;
        await real.durable();
      },
    };
    stage.server = new DatabaseServer({
      host,
      owner: identityBytes(OWNER),
      send: (batch) => {
        for (const { connection, frame } of readBatch(batch)) {
          stage.of(connection).push(frame.length === 0 ? 'end' : readServerFrame(frame));
        }
      },
      onFailure: ({ message }) => stage.failures.push(message),
    });
    stage.open(1, OWNER);
    for (const each of [ANNA, BOB]) stage.server.receive(1, callFrame('admit_member', identityBytes(each)));
    stage.open(2, ANNA);
    stage.open(3, BOB);
    await stage.settle();
    for (const connection of [1, 2, 3]) stage.of(connection).length = 0;
    stage.writes = 0;
    return stage;
  }

  open(id: number, identity: string): string | undefined {
    return this.server.open({
      id,
      identity: identityBytes(identity),
      connectionId: new Uint8Array(16).fill(id),
    });
  }

  of(connection: number): (Told | 'end')[] {
    const told = this.told.get(connection) ?? [];
    this.told.set(connection, told);
    return told;
  }

  settle(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('the embedded database server', () => {
  it('EMB8 nothing is told before it is on disk, and one write serves all that waits', async () => {
    const stage = await Stage.set();
    let free!: () => void;
    stage.disk = new Promise((resolve) => (free = resolve));
    for (let n = 0; n < 20; n++) stage.server.receive(2, saveSettingFrame('theme', `v${n}`));
    await stage.settle();
    for (let n = 0; n < 20; n++) stage.server.receive(2, saveSettingFrame('theme', `w${n}`));
    await stage.settle();
    expect(stage.of(2)).toEqual([]);
    free();
    await stage.settle();
    expect(stage.of(2).map((told) => told !== 'end' && told.kind)).toEqual(Array(40).fill('committed'));
    expect(stage.writes).toBe(2);
  });

  it('EMB19 no two calls have the same time, and none is ahead of the clock by a millisecond', async () => {
    const stage = await Stage.set();
    stage.times.length = 0;
    for (let n = 0; n < 300; n++) stage.server.receive(2, callFrame('heartbeat', new Uint8Array(8)));
    expect(stage.times).toHaveLength(300);
    expect(new Set(stage.times).size).toBe(300);
    expect(stage.times.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(stage.times);
    expect(stage.times.at(-1)).toBeLessThan(BigInt(Date.now() + 1) * 1_000n);
    await stage.settle();
  });

  it('EMB8 a disk that fails is told, and nothing is acknowledged', async () => {
    const stage = await Stage.set();
    stage.disk = Promise.reject(new Error('no space'));
    stage.disk.catch(() => undefined);
    stage.server.receive(2, saveSettingFrame('theme', 'x'));
    await stage.settle();
    expect(stage.of(2)).toEqual([]);
    expect(stage.failures).toHaveLength(1);
  });

  it('EMB9 the caller hears of every call, others only of what they subscribed to, a failure nobody else', async () => {
    const stage = await Stage.set();
    stage.server.receive(1, subscribeFrameOf(1, ['SELECT * FROM settings']));
    stage.server.receive(3, subscribeFrameOf(1, ['SELECT * FROM settings']));
    stage.server.receive(2, saveSettingFrame('theme', 'dark'));
    stage.server.receive(2, saveSettingFrame('', 'dark'));
    stage.server.receive(2, callFrame('no_such_reducer', new Uint8Array()));
    stage.server.receive(2, callFrame('init', new Uint8Array()));
    stage.server.receive(2, callFrame('save_setting', Uint8Array.of(1)));
    await stage.settle();
    expect(stage.of(2).map((told) => told !== 'end' && told.kind)).toEqual([
      'committed',
      'failed',
      'failed',
      'failed',
      'failed',
    ]);
    expect(stage.of(1)).toMatchObject([
      { kind: 'subscribed', tables: [] },
      { kind: 'committed', call: { reducer: 'save_setting', caller: ANNA }, tables: [{ name: 'settings' }] },
    ]);
    expect(stage.of(3)).toMatchObject([{ kind: 'subscribed', tables: [] }]);
  });

  it("EMB10 only the owner sees other people's rows and private tables", async () => {
    const stage = await Stage.set();
    for (const person of [2, 3]) stage.server.receive(person, saveSettingFrame('theme', 'dark'));
    for (const person of [1, 2, 3]) {
      stage.server.receive(person, subscribeFrameOf(1, ['SELECT * FROM settings']));
      stage.server.receive(person, subscribeFrameOf(2, ['SELECT * FROM members']));
      stage.server.receive(
        person,
        subscribeFrameOf(3, [`SELECT * FROM settings WHERE owner_identity = 0x${BOB}`]),
      );
    }
    await stage.settle();
    const rows = (person: number) =>
      stage
        .of(person)
        .flatMap((told) => (told !== 'end' && told.kind !== 'committed' ? [told] : []))
        .map((told) =>
          told.kind === 'subscribed'
            ? told.tables.flatMap((t) => t.updates.flatMap((u) => u.inserts)).length
            : told.kind,
        );
    expect(rows(1)).toEqual([2, 3, 1]);
    expect(rows(2)).toEqual([1, 'refused', 0]);
    expect(rows(3)).toEqual([1, 'refused', 1]);
  });

  it('EMB11 a query held twice is told once, and forgotten with its last holder', async () => {
    const stage = await Stage.set();
    stage.server.receive(2, saveSettingFrame('theme', 'dark'));
    const query = 'SELECT * FROM settings';
    stage.server.receive(2, subscribeFrameOf(1, [query, query]));
    stage.server.receive(2, subscribeFrameOf(2, [query]));
    stage.server.receive(2, unsubscribeFrame(1));
    stage.server.receive(2, saveSettingFrame('theme', 'light'));
    stage.server.receive(2, unsubscribeFrame(2));
    stage.server.receive(2, saveSettingFrame('theme', 'dim'));
    stage.server.receive(2, unsubscribeFrame(2));
    await stage.settle();
    const counts = stage.of(2).map((told) => {
      if (told === 'end' || !('tables' in told)) return told;
      const updates = told.tables.flatMap((table) => table.updates);
      return [told.kind, ...updates.map(({ inserts, deletes }) => `+${inserts.length} -${deletes.length}`)];
    });
    expect(counts).toMatchObject([
      ['committed'],
      ['subscribed', '+1 -0'],
      ['subscribed'],
      ['unsubscribed'],
      ['committed', '+1 -1'],
      ['unsubscribed', '+0 -1'],
      ['committed'],
      { kind: 'refused' },
    ]);
  });

  it('EMB12 a stranger is refused with the words of the module', async () => {
    const stage = await Stage.set();
    expect(stage.open(4, `c200${'0c'.repeat(30)}`)).toMatch(/^NOT_AUTHORIZED: Not authorized/);
    await stage.settle();
    expect(stage.of(4)).toEqual([]);
  });

  it('EMB7 a connection that sends anything else is ended, the others go on', async () => {
    const stage = await Stage.set();
    stage.server.receive(2, Uint8Array.of(2, 0));
    stage.server.receive(2, saveSettingFrame('theme', 'dark'));
    stage.server.receive(3, saveSettingFrame('theme', 'dark'));
    await stage.settle();
    expect(stage.of(2)).toEqual(['end']);
    expect(stage.of(3)).toMatchObject([{ kind: 'committed' }]);
  });
});
