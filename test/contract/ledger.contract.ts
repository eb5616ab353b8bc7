import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DomainEvent } from '../../src/events/domain-event.ts';
import { ConnectionHarness, until, type CrashableEngine } from '../support/connection-harness.ts';

const KILLS = Number(process.env['HEYCAT_ENGINE_KILLS'] ?? (process.env['CI'] ? 20 : 4));
const WRITERS = 24;

/** What every engine's commands are promised, whatever ends. */
export function describeLedgerContract(name: string, create: () => Promise<CrashableEngine>): void {
  describe(`${name}: the ledger`, () => {
    let harness: ConnectionHarness;
    /** How queued commands ended. */
    const told = () => harness.published.events.filter(({ type }) => type.startsWith('queued_command_'));
    const lastOf = (id: string) =>
      told().findLast(({ payload }) => 'command_id' in payload && payload.command_id === id);
    beforeAll(async () => {
      harness = await ConnectionHarness.start(await create());
    });
    afterAll(() => harness[Symbol.asyncDispose]());
    beforeEach(async () => {
      harness.engine.refusal = undefined;
      await until(() => harness.connection.isUp, 'a connection');
      harness.published.events.length = 0;
    });

    /** Ends the connection, and lets none be made. */
    async function away(): Promise<void> {
      harness.engine.refusal = new Error('no way through');
      harness.engine.socket.break();
      await until(() => !harness.connection.isUp, 'the loss');
    }
    const send = (trigger: string, command_id: string = trigger) => harness.sendEntry(trigger, command_id, 0);

    it(`JRN11 an engine that is killed under load loses and doubles nothing, and all is in order (${KILLS} kills)`, async () => {
      const events: DomainEvent[] = [];
      const stop = harness.connection.listen({ onBatch: (batch) => events.push(...batch.events) });
      const first = harness.connection.seq + 1;
      const sent: string[] = [];
      const answers = { applied: 0, queued: 0 };
      const load = { isOver: false };
      const writer = async (): Promise<void> => {
        while (!load.isOver) {
          const command_id = randomUUID();
          sent.push(command_id);
          const { status } = await harness.sendEntry(command_id, command_id, 300);
          answers[status] += 1;
        }
      };
      const writers = Array.from({ length: WRITERS }, writer);
      for (let kill = 0; kill < KILLS; kill++) {
        await until(() => harness.connection.isUp, 'a connection');
        const acknowledged = answers.applied;
        await until(() => answers.applied > acknowledged + 50, 'progress');
        await sleep(Math.random() * 300);
        await harness.server.crash();
        await until(() => !harness.connection.isUp, 'the loss');
      }
      load.isOver = true;
      await Promise.all(writers);
      await until(() => harness.ledger.counts.pending === 0, 'the queue to be empty');
      stop();

      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => first + index));
      expect(events.map(({ command_id }) => command_id)).toEqual(sent);
      const log = await harness.log.read(first, 1_000_000);
      expect(log.map(({ command_id }) => command_id)).toEqual(sent);
      const other = await harness.another();
      await until(() => other.batches.length > 0, 'the other reader');
      expect(await other.log.read(first, 1_000_000)).toEqual(events);
      expect([...other.held.keys()].toSorted()).toEqual([...harness.held.keys()].toSorted());
      expect(harness.ledger.counts).toEqual({ pending: 0, dead: 0 });
      console.info(`${name}: ${KILLS} kills, ${sent.length} commands,`, answers, '0 lost, 0 doubled');
    }, 3_600_000);

    it('JRN19 a full disk: new commands are refused, those that wait are not sent, and all go on when there is room', async () => {
      await away();
      const command_id = randomUUID();
      await send(command_id);
      harness.freeBytes = 1024;
      harness.engine.refusal = undefined;
      await until(() => harness.connection.isUp, 'a session');
      await expect(harness.addEntry(randomUUID())).rejects.toMatchObject({
        code: 'QUEUE_FULL',
        details: { reason: 'disk_full', outcome: 'not_sent' },
      });
      const { heartbeats } = harness.connection;
      await until(() => harness.connection.heartbeats > heartbeats + 3, 'heartbeats');
      expect(await harness.ledger.outcome(command_id)).toMatchObject({ status: 'queued' });
      harness.freeBytes = 2 ** 40;
      expect(await harness.ledger.settled(command_id)).toMatchObject({ status: 'applied' });
      expect((await harness.addEntry(randomUUID())).status).toBe('applied');
    });

    it('JRN12 while there is no engine commands are queued, and are applied in order before any that follow', async () => {
      await away();
      const before = harness.connection.seq;
      const ids = Array.from({ length: 30 }, () => randomUUID());
      const answers = await Promise.all(ids.map((id) => send(id)));
      const positions = answers.map((answer) => ('position' in answer ? answer.position : 0));
      expect(positions).toEqual(positions.map((_, index) => positions[0]! + index));
      expect(await harness.ledger.outcome(ids[3]!)).toMatchObject({
        status: 'queued',
        position: positions[3],
      });
      expect(harness.ledger.counts).toEqual({ pending: 30, dead: 0 });
      expect(harness.ledger.queue().map(({ command_id }) => command_id)).toEqual(ids);
      const behind = harness.addEntry(randomUUID());
      harness.engine.refusal = undefined;
      expect((await behind).seq).toBe(before + 31);
      const log = await harness.log.read(before + 1, 30);
      expect(log.map(({ command_id }) => command_id)).toEqual(ids);
      await until(() => told().length === 30, 'the outcomes');
      expect(
        told().map(({ type, payload }) => [type, (payload as { command_id: string }).command_id]),
      ).toEqual(ids.map((id) => ['queued_command_applied', id]));
      expect(lastOf(ids[0]!)).toMatchObject({
        payload: { seq: before + 1, result: { id: expect.any(Number) } },
      });
      expect(await harness.ledger.outcome(ids[3]!)).toMatchObject({ status: 'applied', seq: before + 4 });
      expect(harness.ledger.counts).toEqual({ pending: 0, dead: 0 });
    });

    it('JRN13 a queued command that is refused is given up with its error, and those behind it are applied', async () => {
      await away();
      const [one, same, last] = [randomUUID(), randomUUID(), randomUUID()];
      for (const [trigger, id] of [
        [one, one],
        [one, same],
        [last, last],
      ] as const)
        await send(trigger, id);
      harness.engine.refusal = undefined;
      await until(() => lastOf(last) !== undefined && lastOf(same) !== undefined, 'both ends');
      expect(lastOf(last)!.type).toBe('queued_command_applied');
      expect(lastOf(same)).toMatchObject({ type: 'queued_command_failed', payload: { code: 'DUPLICATE' } });
      expect(await harness.ledger.outcome(same)).toMatchObject({ status: 'failed', code: 'DUPLICATE' });
      expect(harness.ledger.counts).toEqual({ pending: 0, dead: 1 });
      expect(harness.ledger.queue()).toMatchObject([
        { command_id: same, status: 'failed', code: 'DUPLICATE' },
      ]);

      // Tried again while somebody waits, its refusal is the answer.
      await expect(harness.ledger.retry(same, 20_000)).rejects.toMatchObject({ code: 'DUPLICATE' });
      expect(harness.ledger.counts).toEqual({ pending: 0, dead: 0 });
      expect(await harness.ledger.outcome(same)).toBeUndefined();
    });

    it('JRN13 a command that was given up is retried once the rules allow it, or dropped', async () => {
      await away();
      const [one, same, third] = [randomUUID(), randomUUID(), randomUUID()];
      for (const id of [one, same, third]) await send(one, id);
      harness.engine.refusal = undefined;
      await until(() => harness.ledger.counts.dead === 2, 'two refusals');
      const { result } = await harness.addEntry(one, one);
      const args = { id: result['id'], expected_seq: null };
      await harness.ledger.submit({ reducer: 'delete_dictionary_entry', args, wait_ms: 20_000 });
      expect(await harness.ledger.retry(same, 20_000)).toMatchObject({ status: 'applied', command_id: same });
      await harness.ledger.drop(third);
      expect(harness.ledger.counts).toEqual({ pending: 0, dead: 0 });
      for (const again of [harness.ledger.retry(same), harness.ledger.drop(third)])
        await expect(again).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('JRN14 a command that is sent again while it waits is the same command, and with other arguments COMMAND_REUSED', async () => {
      await away();
      const id = randomUUID();
      const first = await send(id);
      expect(await send(id)).toEqual(first);
      await expect(send(randomUUID(), id)).rejects.toMatchObject({ code: 'COMMAND_REUSED' });
      const [waits, too] = [harness.addEntry(id, id), harness.addEntry(id, id)];
      const before = harness.connection.seq;
      harness.engine.refusal = undefined;
      expect(await waits).toEqual(await too);
      expect(await harness.addEntry(id, id)).toEqual(await waits);
      expect(harness.connection.seq).toBe(before + 1);
      await expect(harness.addEntry(randomUUID(), id)).rejects.toMatchObject({ code: 'COMMAND_REUSED' });
    });

    it('JRN15 what was queued survives the service, and comes before all else when it is back', async () => {
      await away();
      const before = harness.connection.seq;
      const ids = Array.from({ length: 5 }, () => randomUUID());
      for (const id of ids) await send(id);
      await send(ids[0]!, (ids[5] = randomUUID()));
      harness.engine.refusal = undefined;
      await harness.restart();
      const { seq } = await harness.addEntry(randomUUID());
      expect(seq).toBe(before + 6);
      const log = await harness.log.read(before + 1, 5);
      expect(log.map(({ command_id }) => command_id)).toEqual(ids.slice(0, 5));
      expect(await harness.ledger.outcome(ids[5])).toMatchObject({ status: 'failed', code: 'DUPLICATE' });
      await harness.ledger.drop(ids[5]);
    });

    it('JRN16 a command that ends every session it is sent in is given up, and those behind it are applied', async () => {
      const before = harness.connection.seq;
      const poison = randomUUID();
      harness.engine.endsAt = poison;
      const [first, bad, last] = [randomUUID(), poison, randomUUID()];
      const answers = await Promise.all([first, bad, last].map((id) => send(id)));
      expect(answers.map(({ status }) => status)).toContain('queued');
      await until(() => lastOf(bad) !== undefined && harness.ledger.counts.pending === 0, 'the end', 60_000);
      harness.engine.endsAt = undefined;
      expect(lastOf(bad)).toMatchObject({ type: 'queued_command_failed', payload: { code: 'INTERNAL' } });
      const log = await harness.log.read(before + 1, 3);
      expect(log.map(({ command_id }) => command_id)).toEqual([first, last]);
      await harness.ledger.retry(bad, 20_000);
      expect(harness.ledger.counts).toEqual({ pending: 0, dead: 0 });
    });

    it('JRN17 a command that takes longer than its caller waits is queued, and told when it is applied', async () => {
      harness.engine.socket.muted = true;
      const id = randomUUID();
      const answer = await harness.sendEntry(id, id, 20);
      expect(answer).toMatchObject({ status: 'queued', command_id: id });
      expect(await harness.ledger.outcome(id)).toMatchObject({ status: 'queued' });
      expect(await harness.ledger.settled(id)).toMatchObject({ status: 'applied', command_id: id });
      await until(() => lastOf(id)?.type === 'queued_command_applied', 'the event');
    });
  });
}
