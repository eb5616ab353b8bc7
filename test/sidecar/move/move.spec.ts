import { randomUUID } from 'node:crypto';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { BinaryWriter, Timestamp } from '@clockworklabs/spacetimedb-sdk';
import * as fc from 'fast-check';
import { chooseEngine } from '../../../src/infra/database/choose-engine.ts';
import { LOCAL_ENGINES, markEngine } from '../../../src/infra/database/current-engine.ts';
import type { Engine } from '../../../src/infra/database/engine.ts';
import { EngineIdentity } from '../../../src/infra/database/identity/engine-identity.ts';
import { identityBytes } from '../../../src/infra/database/identity/claims.ts';
import { readRows } from '../../../src/infra/database/history/exact-rows.ts';
import { InstanceLock } from '../../../src/infra/process/files/instance-lock.ts';
import { SaveSetting, type CommandReceipt } from '../../../src/infra/database/bindings/index.ts';
import { generatedModule } from '../../../src/infra/database/connection/remote-module.ts';
import { callFrame } from '../../support/bsatn-frames.ts';
import { MovingFolder, openForTest, writeEverywhere } from '../../support/moving-folder.ts';
import { reducerArgs, withIdentities } from '../../support/reducer-args.ts';
import { describeWithServer } from '../../support/spacetimedb.ts';
import { Listener } from '../../support/two-engines.ts';

const RUNS = Number(process.env['HEYCAT_MOVES'] ?? (process.env['CI'] ? 3 : 1));
const STRANGER = `c200${'ab'.repeat(30)}`;
const committed = (reducer: string) => (told: Listener['told'][number]) =>
  told.kind === 'committed' && told.call.reducer === reducer;

/** A time that the connection's own clock cannot name. */
async function saveAtMicrosecond(folder: MovingFolder): Promise<void> {
  await folder.on(async (endpoint) => {
    const writer = new BinaryWriter(64);
    const args = { commandId: 'micro', key: 'micro', value: '{"n":1.50}', expectedSeq: undefined };
    SaveSetting.serialize(writer, { ...args, issuedAt: new Timestamp(1_700_000_000_000_123n) });
    const listener = new Listener(await endpoint.connect(10_000));
    await listener.ask(callFrame('save_setting', writer.getBuffer()), committed('save_setting'));
  });
}

describeWithServer('a move to the other engine', () => {
  it.each(LOCAL_ENGINES)(
    'ENG22 ENG23 carries everything from the %s engine and back, to the last bit',
    async (from) => {
      await using folder = await MovingFolder.make();
      const to = LOCAL_ENGINES.find((kind) => kind !== from)!;
      const command_id = randomUUID();
      const again = {
        reducer: 'save_setting',
        command_id,
        args: { key: 'a', value: '1', expected_seq: null },
      };
      const first = await folder.command(async (ledger) => {
        await writeEverywhere(ledger);
        return ledger.submit({ ...again, wait_ms: 30_000 });
      }, from);
      await saveAtMicrosecond(folder);
      const before = await folder.contents();
      expect(before).toMatchObject({ event_log: { rows: 19 }, command_receipts: { rows: 19 } });

      const moved = await folder.move(to);
      expect(moved).toMatchObject({ moved: true, from, to, tables: before });
      expect(moved.kept).toEqual([folder.engineFolder(from)]);
      expect(await folder.current()).toBe(to);
      expect(await folder.contents()).toEqual(before);
      const micro = await folder.on((endpoint) =>
        readRows<CommandReceipt>(endpoint, 'command_receipts', "command_id = 'micro'"),
      );
      expect(micro.map(({ value }) => value.createdAt.microsSinceUnixEpoch)).toEqual([
        1_700_000_000_000_123n,
      ]);
      expect(await folder.move(to)).toMatchObject({ moved: false });

      // A command that is sent again after the move happens once, and no id is given again.
      const { second, added } = await folder.command(async (ledger) => ({
        second: await ledger.submit({ ...again, wait_ms: 30_000 }),
        added: await ledger.submit({
          reducer: 'add_dictionary_entry',
          args: { entry: { trigger: 'x', replacement: 'y', enabled: true } },
          wait_ms: 30_000,
        }),
      }));
      expect(second).toEqual(first);
      expect(added).toMatchObject({ seq: 20, result: { id: 3 } });
      const after = await folder.contents();
      expect(await folder.contents(from)).toEqual(before);

      // Back: what stands in the way is an older copy, and is kept.
      const back = await folder.move(from);
      expect(back.kept).toEqual([folder.engineFolder(to), folder.engineFolder(`${from}.old-1`)]);
      expect(await folder.contents()).toEqual(after);
    },
  );

  it(`ENG22 carries any history (${RUNS})`, async () => {
    const reducers = Object.entries(generatedModule().reducers).filter(([, { argsType }]) =>
      ['commandId', 'command_id'].includes(String(argsType.product.elements[0]?.name)),
    );
    const call = fc.oneof(
      ...reducers.map(([reducer, { argsType }]) =>
        fc.record({ reducer: fc.constant(reducer), args: reducerArgs(argsType) }),
      ),
    );
    const history = fc.array(call, { minLength: 60, maxLength: 90 });
    await fc.assert(
      fc.asyncProperty(history, fc.constantFrom(...LOCAL_ENGINES), async (calls, from) => {
        await using folder = await MovingFolder.make();
        await folder.command(async (ledger) => {
          for (const { reducer, args } of calls) {
            const given = withIdentities(args, [STRANGER, STRANGER, STRANGER]);
            const { command_id, ...rest } = given as { command_id: string };
            await ledger.submit({ reducer, command_id, args: rest, wait_ms: 30_000 }).catch(() => undefined);
          }
        }, from);
        const before = await folder.contents();
        await folder.move(from === 'embedded' ? 'sidecar' : 'embedded');
        expect(await folder.contents()).toEqual(before);
      }),
      { numRuns: RUNS },
    );
  });

  it.each(LOCAL_ENGINES)(
    'ENG24 is refused before anything is written where the %s engine has other members',
    async (from) => {
      await using folder = await MovingFolder.make();
      await folder.command(writeEverywhere, from);
      await folder.on(async (endpoint) => {
        const deployer = new Listener(await endpoint.connect(10_000, 'deployer'));
        const frame = callFrame('admit_member', identityBytes(STRANGER));
        await deployer.ask(frame, committed('admit_member'));
      });
      const before = await readdir(folder.engineFolder('.'));
      const to = from === 'embedded' ? 'sidecar' : 'embedded';
      await expect(folder.move(to)).rejects.toMatchObject({
        code: 'CONFLICT',
        details: { identities: [STRANGER] },
      });
      expect(await readdir(folder.engineFolder('.'))).toEqual(before);
    },
  );

  it('ENG24 is refused where the deployer has data of its own', async () => {
    await using folder = await MovingFolder.make();
    await folder.on(async (endpoint) => {
      const writer = new BinaryWriter(64);
      const args = { commandId: 'c', key: 'k', value: '1', expectedSeq: undefined };
      SaveSetting.serialize(writer, { ...args, issuedAt: new Timestamp(1n) });
      const deployer = new Listener(await endpoint.connect(10_000, 'deployer'));
      await deployer.ask(callFrame('save_setting', writer.getBuffer()), committed('save_setting'));
    }, 'embedded');
    const identity = await EngineIdentity.load(`${folder.path}/keys`);
    await expect(folder.move('sidecar')).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { identities: [identity.identity('deployer')] },
    });
  });

  it('ENG25 does not switch to a copy that differs, and leaves nothing of it', async () => {
    await using folder = await MovingFolder.make();
    await folder.command(writeEverywhere, 'embedded');
    const before = await folder.contents();
    let starts = 0;
    const open = async (...[kind, place]: Parameters<typeof openForTest>): Promise<Engine> => {
      const engine = await openForTest(kind, place);
      if (kind === 'embedded') return engine;
      const start = engine.start.bind(engine);
      engine.start = async () => {
        const endpoint = await start();
        // Between the copy and its check one row goes.
        if (++starts === 2) {
          const writer = new BinaryWriter(64);
          writer.writeI64(4_000_000_000_000_000n);
          writer.writeU64(2n);
          const listener = new Listener(await endpoint.connect(10_000));
          await listener.ask(callFrame('prune_receipts', writer.getBuffer()), committed('prune_receipts'));
        }
        return endpoint;
      };
      return engine;
    };
    await expect(folder.move('sidecar', { open })).rejects.toMatchObject({
      code: 'INTERNAL',
      details: { tables: ['command_receipts'] },
    });
    expect(await folder.current()).toBe('embedded');
    expect(await readdir(folder.engineFolder('.'))).toEqual(['current', 'embedded']);
    expect(await folder.contents()).toEqual(before);
  });

  it('ENG25 ends when it is told to, and leaves nothing', async () => {
    await using folder = await MovingFolder.make();
    await folder.command(writeEverywhere, 'embedded');
    const before = await folder.contents();
    for (const step of ['carried', 'verified']) {
      const stop = new AbortController();
      const onProgress = (progress: { step: string }): void => {
        if (progress.step === step) stop.abort(new Error(`stopped when ${step}`));
      };
      const move = folder.move('sidecar', { signal: stop.signal, onProgress });
      await expect(move).rejects.toThrow(`stopped when ${step}`);
      expect(await readdir(folder.engineFolder('.'))).toEqual(['current', 'embedded']);
      expect(await folder.contents()).toEqual(before);
    }
    expect(await folder.move('sidecar')).toMatchObject({ moved: true, tables: before });
  });

  it('ENG26 needs the data folder for itself, and data in it', async () => {
    await using folder = await MovingFolder.make();
    await expect(folder.move('sidecar')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(folder.move('sidecar', { dataDir: `${folder.path}/none` })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    const lock = await InstanceLock.take(folder.path);
    await expect(folder.move('sidecar')).rejects.toMatchObject({
      code: 'BUSY',
      details: { pid: process.pid },
      message: expect.stringContaining('heycat stop'),
    });
    await lock.release();
  });

  it('ENG27 a marker that names no engine, or one whose data is missing, is refused with what to do', async () => {
    await using folder = await MovingFolder.make();
    await folder.on(async () => undefined, 'embedded');
    await markEngine(folder.path, 'embedded');
    expect(await folder.current()).toBe('embedded');
    await expect(chooseEngine('sidecar', folder.path)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('heycat engine move --to sidecar'),
    });
    await rm(folder.engineFolder('embedded'), { recursive: true });
    const missing = { code: 'ENGINE_UNAVAILABLE', message: expect.stringContaining('missing') };
    await expect(chooseEngine('auto', folder.path)).rejects.toMatchObject(missing);
    await writeFile(folder.engineFolder('current'), 'remote\n', { mode: 0o600 });
    const unknown = { code: 'ENGINE_UNAVAILABLE', message: expect.stringContaining('names no engine') };
    await expect(chooseEngine('auto', folder.path)).rejects.toMatchObject(unknown);
  });
});
