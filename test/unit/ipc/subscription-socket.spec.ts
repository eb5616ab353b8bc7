import { range } from './hub-reader.ts';
import { RawClient, startService, until, publish } from './service.ts';

describe('subscriptions over the socket', () => {
  it('IPC21 the answer comes before the first event, in one write or many', async () => {
    await using service = await startService();
    service.history.append('recordings', [{}, {}, {}]);
    using client = await RawClient.authenticated(service);
    client.send({ jsonrpc: '2.0', id: 1, method: 'subscribe', params: { from_seq: 1 } });
    await until(() => client.messages.length === 4);
    expect(client.messages.map(({ id, params }) => id ?? params?.['seq'])).toEqual([1, 1, 2, 3]);
    client.messages.length = 0;
    client.send([
      { jsonrpc: '2.0', id: 2, method: 'subscribe', params: { from_seq: 2 } },
      { jsonrpc: '2.0', id: 3, method: 'ping' },
    ]);
    await until(() => client.messages.length === 3);
    expect(client.messages[0]).toHaveLength(2);
    expect(client.messages.slice(1).map(({ params }) => params?.['seq'])).toEqual([2, 3]);
  });

  it('IPC23 wrong params of subscribe are refused by the name of the field', async () => {
    await using service = await startService();
    using client = await RawClient.authenticated(service);
    for (const [field, value] of [
      ['types', 'x'],
      ['types', ['recording_aded']],
      ['areas', [1]],
      ['areas', ['recording']],
      ['from_seq', 0],
      ['epoch', 1],
      ['snapshot', 'yes'],
    ] as const) {
      const { error } = await client.request(`${field} ${String(value)}`, 'subscribe', { [field]: value });
      expect(error?.data).toMatchObject({ code: 'INVALID_ARGUMENT', details: { field } });
    }
    expect((await client.request(1, 'unsubscribe', { subscription: 9 })).error?.data.code).toBe('NOT_FOUND');
  });

  it('IPC24 a client that stops reading lags alone and is told when it reads again', async () => {
    await using service = await startService({ hub: { waiting: { events: 100, bytes: 1_000_000 } } });
    using slow = await RawClient.authenticated(service);
    using quick = await RawClient.authenticated(service);
    for (const client of [slow, quick]) await client.request(1, 'subscribe', { types: ['recording_added'] });
    slow.socket.pause();
    for (let index = 0; index < 400; index += 1) {
      publish(service.hub, service.history.append('recordings', [{ text: 'x'.repeat(10_000) }]));
      await until(() => quick.messages.length === index + 2);
    }
    expect(quick.messages.every(({ method }) => method !== 'lagged')).toBe(true);
    slow.socket.resume();
    await until(() => slow.messages.some(({ method }) => method === 'lagged'));
    const seqs = slow.messages.filter(({ method }) => method === 'event').map(({ params }) => params!['seq']);
    expect(seqs).toEqual(range(1, seqs.length));
    expect(slow.messages.at(-1)!.params).toMatchObject({ from_seq: seqs.length + 1 });
    expect((await slow.request(2, 'ping')).result).toEqual({});
  });
});
