import { randomUUID } from 'node:crypto';
import type { Applied } from '../../src/commands/command-ledger.ts';
import type { KnownRows } from '../../src/events/change-feed.ts';
import type { AreaRows, Setting } from '../../src/events/rows.ts';
import { SERVER_TAG } from '../support/bsatn-frames.ts';
import { ConnectionHarness, until, type CrashableEngine } from '../support/connection-harness.ts';

export interface ConnectionContract {
  create(): Promise<CrashableEngine>;
  /** How long after its answer a write may still be lost to a crash, in ms. */
  writesSettleMs: number;
}

/** What the connection does on every engine. */
export function describeConnectionContract(
  name: string,
  { create, writesSettleMs }: ConnectionContract,
): void {
  describe(`${name}: the connection`, () => {
    let harness: ConnectionHarness;
    beforeAll(async () => {
      harness = await ConnectionHarness.start(await create());
    });
    afterAll(() => harness[Symbol.asyncDispose]());
    beforeEach(async () => {
      await until(() => harness.statuses.at(-1)?.connected === true, 'a connection');
      harness.batches.length = 0;
    });

    it('LNK1 a listener that throws ends only that session: the next one tells the rest', async () => {
      const stop = harness.connection.listen({
        onBatch: () => {
          stop();
          throw new RangeError('a listener failed');
        },
      });
      const before = harness.connection.seq;
      await harness.addEntry(randomUUID());
      await harness.baselineAfter(0);
      expect(harness.statuses.findLast(({ connected }) => !connected)?.error).toContain('callback');
      const { seq } = await harness.addEntry(randomUUID());
      expect(seq).toBe(before + 2);
    });

    it('LNK3 a frame that is not v1.bsatn never reaches the SDK: the session is replaced and goes on', async () => {
      harness.engine.socket.inject(Uint8Array.from([99, 1, 2, 3]));
      await harness.baselineAfter(0);
      expect((await harness.addEntry(randomUUID())).status).toBe('applied');
    });

    it('LNK3 a row that cannot be decoded ends the session without an exception in the SDK', async () => {
      const held = harness.engine.socket.frames.findLast((frame) => frame[0] === 1)!;
      const broken = held.slice();
      // The letters of the area become a JSON text that does not parse: same length, same frame.
      const payload = Buffer.from(broken.buffer, broken.byteOffset, broken.byteLength);
      const at = payload.indexOf('{"action"');
      payload[at] = '?'.charCodeAt(0);
      harness.engine.socket.inject(broken);
      await harness.baselineAfter(0);
      expect((await harness.addEntry(randomUUID())).status).toBe('applied');
    });

    it('LNK4 what was on its way when the connection vanished is found out or sent again on a new one', async () => {
      const before = harness.connection.seq;
      harness.engine.socket.muted = true;
      const onItsWay = [randomUUID(), randomUUID(), randomUUID()].map((id) => harness.addEntry(id));
      await new Promise((resolve) => setTimeout(resolve, 20));
      harness.engine.socket.break();
      const answers = await Promise.all(onItsWay);
      expect(answers.map(({ seq }) => seq)).toEqual([before + 1, before + 2, before + 3]);
      expect(harness.connection.seq).toBe(before + 3);
      expect(harness.statuses.map(({ connected }) => connected).slice(-2)).toEqual([false, true]);
    });

    it('LNK5 an engine that falls silent is noticed by the heartbeat', async () => {
      harness.engine.socket.muted = true;
      await harness.baselineAfter(0);
      expect(harness.statuses.findLast(({ connected }) => !connected)?.error).toBe(
        'the engine does not answer',
      );
    });

    it('LNK5 an idle connection lives on', async () => {
      const { sockets } = harness.engine;
      const count = sockets.length;
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      expect(sockets).toHaveLength(count);
    });

    it('LNK6 after a reconnect only what changed meanwhile is told, with its events', async () => {
      const kept = randomUUID();
      await harness.addEntry(kept);
      const other = await harness.another();
      await until(() => other.batches.length > 0, 'the other reader');
      harness.engine.refusal = new Error('no way through');
      harness.engine.socket.break();
      await until(() => harness.statuses.at(-1)?.connected === false, 'the loss');
      const before = harness.connection.seq;
      const meanwhile = randomUUID();
      const { seq } = await other.addEntry(meanwhile);
      harness.batches.length = 0;
      harness.engine.refusal = undefined;
      await harness.baselineAfter(0);
      const [baseline] = harness.baselines;
      expect(baseline).toMatchObject({
        seq,
        changes: [{ area: 'dictionary', after: { trigger: meanwhile } }],
      });
      expect(baseline!.events.map((event) => event.seq)).toEqual([before + 1]);
      expect([...harness.held.values()]).toHaveLength(other.held.size);
      await other.saveSetting('shared', 1);
      await until(() => harness.held.has('settings/shared'), 'the live change');
    });

    it('LNK7 one transaction is one batch, whatever it touches, with its receipt', async () => {
      const { result } = await harness.addEntry(randomUUID());
      const context = {
        name: 'Editor',
        app_name: 'editor',
        title_pattern: null,
        enabled: true,
        priority: 0,
        dictionary_mode: 'merge',
        command_mode: 'merge',
        dictionary_entry_ids: [result['id']],
        voice_command_ids: [],
      };
      await harness.ledger.submit({ reducer: 'add_window_context', args: { window_context: context } });
      harness.batches.length = 0;
      const command_id = randomUUID();
      const args = { id: result['id'], expected_seq: null };
      const deleted = await harness.ledger.submit({ reducer: 'delete_dictionary_entry', command_id, args });
      const { seq } = deleted as Applied;
      expect(harness.transactions).toHaveLength(1);
      const [batch] = harness.transactions;
      expect(batch).toMatchObject({ seq, receipt: { command_id, first_seq: seq - 1, last_seq: seq } });
      expect(new Set(batch!.changes.map((change) => change.area))).toEqual(
        new Set(['dictionary', 'window_contexts']),
      );
      expect(batch!.events.map((event) => event.seq)).toEqual([seq - 1, seq]);
      expect(batch!.events.every((event) => event.command_id === command_id)).toBe(true);
    });

    it('LNK7 a thousand pipelined commands are a thousand batches in order of their seqs', async () => {
      const first = harness.connection.seq + 1;
      const answers = await Promise.all(
        Array.from({ length: 1_000 }, (_, n) => harness.saveSetting('count', n)),
      );
      expect(answers.map(({ seq }) => seq).toSorted((a, b) => a - b)).toEqual(
        answers.map((_, n) => first + n),
      );
      expect(harness.transactions.map(({ seq }) => seq)).toEqual(answers.map((_, n) => first + n));
    });

    it("LNK8 a command is answered after every listener has its batch, and a refusal carries the module's code", async () => {
      const trigger = randomUUID();
      const command_id = randomUUID();
      const { seq } = await harness.addEntry(trigger, command_id);
      expect(harness.transactions.at(-1)).toMatchObject({ seq, receipt: { command_id } });
      await expect(harness.addEntry(trigger.toUpperCase())).rejects.toMatchObject({ code: 'DUPLICATE' });
    });

    it('LNK8 the same command sent twice at once happens once and is answered twice alike', async () => {
      const command_id = randomUUID();
      const trigger = randomUUID();
      const before = harness.connection.seq;
      const answers = await Promise.all([
        harness.addEntry(trigger, command_id),
        harness.addEntry(trigger, command_id),
      ]);
      expect(answers[0]).toEqual(answers[1]);
      expect(answers[0].seq).toBe(before + 1);
      expect(harness.connection.seq).toBe(before + 1);
      expect(await harness.ledger.find(command_id)).toMatchObject({ command_id, last_seq: before + 1 });
      await expect(harness.addEntry('another', command_id)).rejects.toMatchObject({ code: 'COMMAND_REUSED' });
    });

    it('LNK18 a look-up that was answered too late hides no rows from the next one', async () => {
      const { command_id, seq } = await harness.addEntry(randomUUID());
      const { socket } = harness.engine;
      socket.held = SERVER_TAG.subscribeMultiApplied;
      await expect(harness.ledger.find(command_id)).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
      const again = harness.ledger.find(command_id);
      socket.release();
      expect(await again).toMatchObject({ command_id, last_seq: seq });
      expect(await harness.ledger.find(command_id)).toMatchObject({ command_id, last_seq: seq });
    });

    it('LNK11 nothing is told of a session that was replaced', async () => {
      const old = harness.engine.socket;
      await harness.saveSetting('fence', 1);
      const frame = old.frames.findLast((each) => each[0] === 1)!;
      old.break();
      await harness.baselineAfter(0);
      harness.batches.length = 0;
      old.inject(frame);
      await harness.saveSetting('fence', 2);
      expect(harness.batches).toHaveLength(1);
    });

    it("LNK12 events older than memory are read from the engine, and an entity's history is whole", async () => {
      const key = 'it\'s "quoted"; --';
      for (const value of [1, 2, 3]) await harness.saveSetting(key, value);
      const all = await harness.log.read(1, 100_000);
      expect(all.map(({ seq }) => seq)).toEqual(all.map((_, n) => n + 1));
      expect(all).toHaveLength(harness.connection.seq);
      const other = await harness.another();
      await until(() => other.batches.length > 0, 'the other reader');
      const atOnce = await Promise.all([other.log.read(2, 3), other.log.read(2, 3)]);
      expect(atOnce).toEqual([all.slice(1, 4), all.slice(1, 4)]);
      const history = await other.log.history('settings', key);
      expect(history.map(({ payload }) => (payload as Setting).value)).toEqual([1, 2, 3]);
    });

    it('LNK13 what an earlier run was told counts as told: only what is different is told, with the events since', async () => {
      await harness.addEntry(randomUUID());
      const told = harness.told;
      const meanwhile = randomUUID();
      const { seq } = await harness.addEntry(meanwhile);
      const other = await harness.another(told);
      await until(() => other.batches.length > 0, 'the other reader');
      expect(other.batches[0]).toMatchObject({ kind: 'baseline', seq });
      expect(other.batches[0]!.changes).toMatchObject([
        { area: 'dictionary', after: { trigger: meanwhile } },
      ]);
      expect(other.batches[0]!.events.map((event) => event.seq)).toEqual([told.seq + 1]);
    });

    it('LNK13 what an earlier run was told of another history, or of one that the engine forgot, is taken back', async () => {
      await harness.addEntry(randomUUID());
      const { epoch, seq, rows } = harness.told;
      const ghost = { id: 2 ** 40, seq: seq + 5, trigger: 'ghost' } as AreaRows['dictionary'];
      const withGhost: KnownRows['rows'] = (area) =>
        area === 'dictionary' ? [...rows(area), ghost as never] : rows(area);
      for (const told of [
        { epoch, seq: seq + 5, rows: withGhost },
        { epoch: 'f'.repeat(32), seq: 1, rows: withGhost },
      ]) {
        const other = await harness.another(told);
        await until(() => other.batches.length > 0, 'the other reader');
        expect(other.batches[0]).toMatchObject({ kind: 'baseline', epoch, seq, events: [] });
        expect(other.batches[0]!.changes).toEqual([{ area: 'dictionary', before: ghost }]);
      }
    });

    it('LNK9 a command that finds no engine in time is queued, and applied once there is one', async () => {
      harness.engine.refusal = new Error('no way through');
      harness.engine.socket.break();
      await until(() => harness.statuses.at(-1)?.connected === false, 'the loss');
      const before = harness.connection.seq;
      const command_id = randomUUID();
      const queued = await harness.sendEntry(randomUUID(), command_id, 50);
      expect(queued).toMatchObject({ status: 'queued', command_id, position: expect.any(Number) });
      harness.engine.refusal = undefined;
      expect(await harness.ledger.settled(command_id)).toMatchObject({ status: 'applied', seq: before + 1 });
    });

    it('LNK16 an engine that ends five times is degraded with the cause, serves on, and is well again once a session has held', async () => {
      harness.published.events.length = 0;
      for (let end = 0; end < 5; end++) {
        await until(() => harness.connection.isUp, 'a session');
        const { length } = harness.baselines;
        harness.connection.fail(`fault number ${end}`);
        await harness.baselineAfter(length);
      }
      expect(harness.statuses).toContainEqual({
        connected: false,
        state: 'degraded',
        error: 'fault number 4',
      });
      expect((await harness.addEntry(randomUUID())).status).toBe('applied');
      await until(() => harness.connection.report.state === 'connected', 'the end of the fault');
      const states = harness.statuses.map(({ connected, state }) => `${state} ${connected}`);
      expect(states.slice(-2)).toEqual(['degraded true', 'connected true']);
      expect(harness.connection.report).toEqual({ state: 'connected', since: expect.any(String) });
    });

    it('LNK9 a connection that is stopped at any moment of its connecting ends, and connects no more', async () => {
      for (let ms = 0; ms < 40; ms += 2) {
        const other = await harness.another();
        await new Promise((resolve) => setTimeout(resolve, ms));
        await other.connection.stop();
        const { length } = other.engine.sockets;
        await new Promise((resolve) => setTimeout(resolve, 5));
        expect(other.engine.sockets).toHaveLength(length);
      }
    });

    it('LNK9 an engine that crashed is started again, and the read models agree with it', async () => {
      const { seq } = await harness.saveSetting('before the crash', true);
      await new Promise((resolve) => setTimeout(resolve, writesSettleMs));
      await harness.server.crash();
      await harness.baselineAfter(0);
      expect(harness.baselines[0]).toMatchObject({ seq, events: [] });
      expect(harness.held.has('settings/before the crash')).toBe(true);
      expect((await harness.saveSetting('after the crash', true)).seq).toBe(seq + 1);
    });
  });
}
