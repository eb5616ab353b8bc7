import { HeycatError } from '../../../src/errors.ts';
import { LiveEvent } from '../../../src/events/live-event.ts';
import { Reader, range, setUp } from './hub-reader.ts';
import { until } from './service.ts';

describe('slow readers', () => {
  it('IPC24 of state that waits for a slow reader only the latest is kept, and data_changed adds up', async () => {
    const { hub, publish, open } = setUp({ waiting: { events: 5, bytes: 100_000 } });
    const reader = new Reader();
    reader.room = 1;
    await open({ types: ['data_changed', 'connection_status', 'queued_command_applied'] }, reader);
    const status = (connected: boolean): void =>
      hub.handle(new LiveEvent('connection_status', { connected, state: 'connected' }));
    status(true);
    for (let index = 0; index < 100; index += 1) {
      status(index % 2 === 0);
      publish(index % 2 === 0 ? 'recordings' : 'settings');
    }
    const applied = { command_id: 'id', seq: 1, result: {} };
    hub.handle(new LiveEvent('queued_command_applied', applied));
    reader.read();
    expect(reader.params.map(({ type, payload }) => [type, payload])).toEqual([
      ['connection_status', { connected: true, state: 'connected' }],
      ['connection_status', { connected: false, state: 'connected' }],
      ['data_changed', { areas: ['recordings', 'settings'] }],
      ['queued_command_applied', applied],
    ]);
  });

  it.each([
    ['1,000 events', undefined, 1_000, 10],
    ['4 MiB', undefined, 41, 100_000],
    ['what the options say', { events: 3, bytes: 1_000_000 }, 3, 10],
  ])(
    'IPC24 past %s a subscription ends with lagged, and the others get everything',
    async (_, waiting, fit, size) => {
      const { publish, open } = setUp(waiting === undefined ? {} : { waiting });
      const slow = new Reader();
      slow.room = 1;
      await open({ types: ['recording_added'] }, slow);
      const quick = await open({ types: ['recording_added'] });
      const count = fit + 20;
      for (let index = 0; index < count; index += 1) publish('recordings', [{ text: 'x'.repeat(size) }]);
      expect(quick.reader.seqs).toEqual(range(1, count));
      slow.read();
      expect(slow.messages.map(({ method }) => method)).toEqual(['event', 'lagged']);
      expect(slow.params[1]).toEqual({ subscription: 1, from_seq: 2, to_seq: fit + 2 });
      publish();
      expect(slow.messages).toHaveLength(2);
      const again = await open({ types: ['recording_added'], from_seq: 2 }, slow);
      expect(again.answer.gap).toBeUndefined();
      await until(() => slow.seqs.length === count + 1);
      expect(slow.seqs).toEqual(range(1, count + 1));
    },
  );

  it('IPC24 what is short of the limit is delivered in order when the reader comes back', async () => {
    const { publish, open } = setUp({ waiting: { events: 50, bytes: 1_000_000 } });
    const reader = new Reader();
    reader.room = 1;
    await open({ types: ['recording_added'] }, reader);
    for (let index = 0; index < 51; index += 1) publish();
    while (reader.room <= 0) reader.read(5);
    expect(reader.seqs).toEqual(range(1, 51));
  });

  it('IPC24 a log that cannot be read is said with lagged during a replay, with its error before', async () => {
    const { history, publish, open } = setUp();
    history.append(
      'recordings',
      Array.from({ length: 600 }, () => ({})),
    );
    const down = (): Promise<never> => Promise.reject(new HeycatError('ENGINE_UNAVAILABLE'));
    history.beforeRead = down;
    await expect(open({ from_seq: 1 })).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
    let reads = 0;
    history.beforeRead = () => (++reads === 1 ? Promise.resolve() : down());
    const { reader } = await open({ from_seq: 1 });
    await until(() => reader.messages.length > 500);
    expect(reader.params.at(-1)).toEqual({ subscription: 1, from_seq: 501, to_seq: 600 });
    publish();
    expect(reader.messages).toHaveLength(501);
  });

  it('IPC24 replays on one connection share its pace, and each gets everything', async () => {
    const { history, open } = setUp({ waiting: { events: 1, bytes: 1_000_000 } });
    history.append(
      'recordings',
      Array.from({ length: 200 }, () => ({})),
    );
    const reader = new Reader();
    reader.room = 1;
    const replays = await Promise.all([1, 2, 3].map((from_seq) => open({ from_seq }, reader)));
    while (reader.messages.length < 597) {
      await until(() => reader.room <= 0 || reader.messages.length === 597);
      reader.read(3);
    }
    for (const [index, { answer }] of replays.entries()) {
      const own = reader.params.filter(({ subscription }) => subscription === answer.subscription);
      expect(own.map(({ seq }) => seq)).toEqual(range(index + 1, 200));
    }
  });

  it('IPC24 a log with a hole is said with lagged', async () => {
    const { history, open } = setUp();
    history.append('recordings', [{}, {}, {}, {}]);
    history.events.splice(2, 1);
    history.projected = 4;
    const { reader } = await open({ from_seq: 1 });
    await until(() => reader.messages.length === 3);
    expect(reader.params.at(-1)).toEqual({ subscription: 1, from_seq: 3, to_seq: 4 });
  });

  it('IPC24 a listener that throws stops neither the publisher nor the others', async () => {
    const { publish, open } = setUp();
    const uncaught: unknown[] = [];
    const queued = globalThis.queueMicrotask;
    globalThis.queueMicrotask = (task) =>
      queued(() => {
        try {
          task();
        } catch (error) {
          uncaught.push(error);
        }
      });
    const broken = new Reader();
    broken.notify = () => {
      throw new TypeError('listener');
    };
    await open({ types: ['recording_added'] }, broken);
    const other = await open({ types: ['recording_added'] });
    publish();
    await until(() => uncaught.length === 1);
    globalThis.queueMicrotask = queued;
    expect(other.reader.seqs).toEqual([1]);
  });
});
