import { setImmediate as nextTurn } from 'node:timers/promises';
import * as fc from 'fast-check';
import { Reader, range, setUp } from './hub-reader.ts';
import { LiveEvent } from '../../../src/events/live-event.ts';
import { publish as publishTo, until, type History } from './service.ts';

describe('subscriptions', () => {
  it('IPC21 events are delivered in order with all their fields, and nothing from before', async () => {
    const { publish, open } = setUp();
    publish();
    const { reader, answer } = await open();
    expect(answer).toEqual({ subscription: 1, epoch: 'epoch-1', seq: 1 });
    publish('settings', [{ key: 'a' }, { key: 'b' }]);
    expect(reader.messages[0]).toEqual({
      jsonrpc: '2.0',
      method: 'event',
      params: {
        subscription: 1,
        seq: 2,
        type: 'setting_updated',
        area: 'settings',
        entity_id: '2',
        occurred_at: '2026-01-02T03:04:05.678Z',
        command_id: '00000000-0000-4000-8000-000000000000',
        actor: 'a'.repeat(64),
        payload: { key: 'a' },
      },
    });
    expect(reader.types).toEqual(['setting_updated', 'setting_updated', 'data_changed']);
    expect(reader.params[2]).toEqual({
      subscription: 1,
      type: 'data_changed',
      occurred_at: '2026-01-02T03:04:05.678Z',
      payload: { areas: ['settings'] },
    });
  });

  it('IPC21 nothing of a subscription is sent before its answer, and nothing is lost meanwhile', async () => {
    const { history, hub, publish, synced } = setUp();
    const reader = new Reader();
    const opened = await hub.subscribe(reader, { snapshot: true });
    publish();
    synced();
    await nextTurn();
    expect(reader.messages).toEqual([]);
    expect(opened.answer).toMatchObject({ seq: 0, snapshot: { recordings: [] } });
    opened.start();
    await until(() => reader.messages.length === 3);
    expect(reader.seqs).toEqual([1]);
    expect(new Set(reader.types.slice(1))).toEqual(new Set(['data_changed', 'sync_complete']));
    expect(history.seq).toBe(1);
  });

  it('IPC21 from_seq replays and goes live without gap or repeat, whatever happens meanwhile', async () => {
    const steps = fc.array(fc.constantFrom('publish', 'publish3', 'turn', 'read', 'stall', 'ahead'), {
      maxLength: 80,
    });
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 1_200 }), fc.nat(), steps, async (count, start, plan) => {
        const { history, hub, publish } = setUp();
        history.append(
          'recordings',
          Array.from({ length: count }, () => ({})),
        );
        history.beforeRead = nextTurn;
        const from = (start % (count + 1)) + 1;
        const reader = new Reader();
        const opening = hub.subscribe(reader, { from_seq: from, types: ['recording_added'] });
        let opened = false;
        const starting = opening.then(({ start: begin }) => {
          opened = true;
          return begin();
        });
        // Events that the log holds, and of which the hub hears a little later.
        let unheard: ReturnType<History['append']> = [];
        for (const step of plan) {
          if (step === 'publish') publish();
          if (step === 'publish3') publish('recordings', [{}, {}, {}]);
          if (step === 'turn') await nextTurn();
          if (step === 'stall' && reader.room > 0) reader.room = 1;
          if (step === 'read') reader.read();
          if (step === 'ahead') {
            publishTo(hub, unheard);
            unheard = history.append();
            await nextTurn();
          }
        }
        publishTo(hub, unheard);
        reader.read();
        await starting;
        await until(() => opened && reader.seqs.length >= history.seq - from + 1);
        await nextTurn();
        expect(reader.seqs).toEqual(range(from, history.seq));
      }),
      { numRuns: 30 },
    );
  });

  it('IPC21 a slow reader of a long replay gets all of it, and memory for one page', async () => {
    const { history, open } = setUp({ waiting: { events: 10, bytes: 10_000 } });
    history.append(
      'recordings',
      Array.from({ length: 3_000 }, () => ({ text: 'x'.repeat(100) })),
    );
    const reader = new Reader();
    reader.room = 1;
    await open({ from_seq: 1 }, reader);
    while (reader.seqs.length < 3_000) {
      reader.read(7);
      await nextTurn();
    }
    expect(reader.seqs).toEqual(range(1, 3_000));
  });

  it('IPC21 events that the log holds and nobody published are fetched from it', async () => {
    const { history, publish, open } = setUp();
    const { reader } = await open();
    history.append('settings', [{}, {}]);
    publish();
    await until(() => reader.seqs.length === 3);
    expect(reader.seqs).toEqual([1, 2, 3]);
  });

  it('IPC22 another epoch, or a seq beyond the history, is a gap: live from now on', async () => {
    const { publish, open } = setUp();
    publish();
    publish();
    const other = await open({ epoch: 'epoch-0', from_seq: 1, snapshot: true });
    expect(other.answer).toMatchObject({ gap: true, seq: 2, snapshot: { recordings: [1, 2] } });
    const beyond = await open({ epoch: 'epoch-1', from_seq: 4 });
    expect(beyond.answer.gap).toBe(true);
    const exact = await open({ epoch: 'epoch-1', from_seq: 3 });
    expect(exact.answer.gap).toBeUndefined();
    publish();
    expect([other.reader.seqs, beyond.reader.seqs, exact.reader.seqs]).toEqual([[3], [3], [3]]);
  });

  it('IPC22 a subscription ends with lagged when the history is replaced', async () => {
    const { history, publish, open } = setUp();
    publish();
    const { reader } = await open({ types: ['recording_added'] });
    history.events.length = 0;
    history.epoch = 'epoch-2';
    publish();
    publish();
    expect(reader.messages).toEqual([
      {
        jsonrpc: '2.0',
        method: 'lagged',
        params: { subscription: 1, from_seq: 2, to_seq: 1, epoch: 'epoch-2' },
      },
    ]);
  });

  it('IPC22 who subscribes before the history is known starts with it', async () => {
    const { history, publish, open } = setUp();
    history.epoch = '';
    history.stale = true;
    const live = await open({ types: ['recording_added'] });
    const resumed = await open({ types: ['recording_added'], epoch: 'epoch-1', from_seq: 3 });
    const foreign = await open({ types: ['recording_added'], epoch: 'epoch-0', from_seq: 3 });
    history.epoch = 'epoch-1';
    history.stale = false;
    history.append('recordings', [{}, {}, {}, {}]);
    publish();
    await until(() => resumed.reader.seqs.length === 3);
    expect(live.reader.seqs).toEqual([5]);
    expect(resumed.reader.seqs).toEqual([3, 4, 5]);
    expect(foreign.reader.messages.map(({ method }) => method)).toEqual(['lagged']);
  });

  it('IPC26 who subscribes while the read models are stale goes on without a gap from the seq of the answer', async () => {
    const { history, publish, synced, open } = setUp();
    history.append('recordings', [{}, {}]);
    history.stale = true;
    // The log cannot be read before the engine is there.
    history.beforeRead = () => Promise.reject(new Error('not yet'));
    const fresh = await open({ types: ['recording_added'], snapshot: true });
    expect(fresh.answer).toMatchObject({
      epoch: 'epoch-1',
      seq: 2,
      stale: true,
      snapshot: { recordings: [1, 2] },
    });
    const resumed = await open({ types: ['recording_added'], epoch: 'epoch-1', from_seq: 2 });
    const ahead = await open({ types: ['recording_added'], epoch: 'epoch-1', from_seq: 4 });
    for (const { answer } of [resumed, ahead]) expect(answer.gap).toBeUndefined();
    expect([fresh, resumed, ahead].flatMap(({ reader }) => reader.messages)).toEqual([]);

    history.stale = false;
    history.beforeRead = () => Promise.resolve();
    publish('recordings', [{}, {}]);
    await until(() => resumed.reader.seqs.length === 3);
    synced();
    expect([fresh, resumed, ahead].map(({ reader }) => reader.seqs)).toEqual([[3, 4], [2, 3, 4], [4]]);
    expect((await open()).answer.stale).toBeUndefined();
  });

  it('IPC26 a stale subscription ends with lagged when the engine has another history, or a shorter one', async () => {
    for (const becomes of ['epoch-1', 'epoch-2']) {
      const { history, synced, open } = setUp();
      history.append('recordings', [{}, {}]);
      history.stale = true;
      const fresh = await open({ snapshot: true });
      const resumed = await open({ epoch: 'epoch-1', from_seq: 3 });
      history.stale = false;
      history.epoch = becomes;
      history.events.length = 1;
      synced();
      for (const { reader } of [fresh, resumed]) {
        expect(reader.messages.map(({ method }) => method)).toEqual(['lagged']);
      }
    }
  });

  it('IPC23 types and areas choose, and recording_saved is another name of recording_added', async () => {
    const { hub, publish, open } = setUp();
    const saved = await open({ types: ['recording_saved'] });
    const both = await open({ types: ['recording_saved', 'recording_added'] });
    const settings = await open({ areas: ['settings'] });
    const invalidations = await open({ types: ['data_changed'], areas: ['recordings'] });
    publish('recordings');
    publish('settings', [{}, {}]);
    hub.handle(new LiveEvent('connection_status', { connected: true, state: 'connected' }));
    expect(saved.reader.types).toEqual(['recording_saved']);
    expect(both.reader.types).toEqual(['recording_added']);
    expect(settings.reader.types).toEqual([
      'setting_updated',
      'setting_updated',
      'data_changed',
      'connection_status',
    ]);
    expect(invalidations.reader.params.map(({ payload }) => payload)).toEqual([{ areas: ['recordings'] }]);
  });

  it('IPC23 unsubscribe ends a subscription of its own connection only', async () => {
    const { hub, publish, open } = setUp();
    const { reader, answer } = await open();
    const other = await open();
    expect(() => hub.unsubscribe(other.reader, answer.subscription)).toThrow(
      expect.objectContaining({ code: 'NOT_FOUND' }),
    );
    hub.unsubscribe(reader, answer.subscription);
    publish();
    expect(reader.messages).toEqual([]);
    expect(other.reader.messages).toHaveLength(2);
    reader.close();
    other.reader.close();
    publish();
    expect(other.reader.messages).toHaveLength(2);
  });

  it('IPC23 a connection may have 32 subscriptions', async () => {
    const { open } = setUp();
    const reader = new Reader();
    for (let index = 0; index < 32; index += 1) await open({}, reader);
    await expect(open({}, reader)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED', details: { limit: 32 } });
    await open();
  });
});
