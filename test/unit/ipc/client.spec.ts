import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom } from 'rxjs';
import { HeycatClient, type ClientEvent, type Gap } from '../../../src/infra/ipc/client/client.ts';
import { encodeFrame, FrameParser } from '../../../src/infra/ipc/transport/wire-format.ts';
import { IpcClientProxy } from '../../../src/infra/ipc/client/ipc-client-proxy.ts';
import { History, startService, until, publish } from './service.ts';

async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'heycat-cli-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

const RECORDINGS = { types: ['recording_added'] };

describe('client', () => {
  it('IPC25 calls are answered and errors are the same class with the same code', async () => {
    await using service = await startService();
    await using client = await HeycatClient.connect({ runtimeDir: service.runtimeDir });
    expect(client.state).toBe('ready');
    expect(client.service).toMatchObject({ protocol: 1, identity: 'f'.repeat(64), epoch: 'epoch-1' });
    expect(await client.call('echo', { a: 'ä' })).toEqual({ a: 'ä' });
    await expect(client.call('refuse')).rejects.toMatchObject({
      name: 'HeycatError',
      code: 'CONFLICT',
      message: 'It has changed.',
      details: { id: 7 },
    });
    expect(await client.command('echo', {})).toEqual({
      command_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(await client.command('echo', { command_id: 'mine' })).toEqual({ command_id: 'mine' });
  });

  it('IPC25 without a service, or with a stale announcement, connecting fails with NOT_READY', async () => {
    await using folder = await temporaryFolder();
    await expect(HeycatClient.connect({ runtimeDir: folder.path })).rejects.toMatchObject({
      code: 'NOT_READY',
      details: { reason: 'not_running' },
    });
    const socket = join(folder.path, 'none.sock');
    await expect(HeycatClient.connect({ socket, token: 'a'.repeat(64) })).rejects.toMatchObject({
      code: 'NOT_READY',
      details: { reason: 'not_connected', outcome: 'not_sent' },
    });
  });

  it('IPC6 a client ends the connection when the service cannot prove that it knows the token', async () => {
    await using service = await startService();
    const { socket } = service.runtime;
    await expect(HeycatClient.connect({ socket, token: 'a'.repeat(64) })).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringContaining('does not know the token'),
    });
    await until(() => service.server.connections === 0);
  });

  it('IPC25 more calls than the service takes at once wait for their turn', async () => {
    await using service = await startService({ limits: { max_requests_in_flight: 4 } });
    await using client = await HeycatClient.connect({ runtimeDir: service.runtimeDir });
    const answers = await Promise.all(Array.from({ length: 1_000 }, (_, n) => client.call('echo', { n })));
    expect(answers).toEqual(Array.from({ length: 1_000 }, (_, n) => ({ n })));
  });

  it('IPC25 a call can be given up by time and by signal, and makes room', async () => {
    await using service = await startService({ limits: { max_requests_in_flight: 2 } });
    await using client = await HeycatClient.connect({ runtimeDir: service.runtimeDir });
    const before = service.abortedWaits();
    const abort = new AbortController();
    const aborted = client.call('wait', {}, { signal: abort.signal });
    const late = client.call('wait', {}, { timeoutMs: 20 });
    const next = client.call('echo');
    await expect(late).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    expect(await next).toEqual({});
    abort.abort();
    await expect(aborted).rejects.toMatchObject({ code: 'CANCELLED' });
    await until(() => service.abortedWaits() === before + 2);
    await expect(client.call('echo', {}, { signal: abort.signal })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    expect(await client.call('echo', { last: true })).toEqual({ last: true });
  });

  it('IPC25 after a restart of the service a subscription goes on where it was', async () => {
    await using runtime = await temporaryFolder();
    const history = new History();
    const first = await startService({ runtimeDir: runtime.path, history });
    await using client = await HeycatClient.connect({ runtimeDir: runtime.path });
    const states: string[] = [];
    client.on('state', (state) => states.push(state));
    const seqs: unknown[] = [];
    const gaps: Gap[] = [];
    const subscription = await client.subscribe(
      RECORDINGS,
      ({ seq }) => seqs.push(seq),
      (gap) => gaps.push(gap),
    );
    publish(first.hub, history.append());
    await until(() => seqs.length === 1);
    const lost = client.call('wait');
    const kept = client.command('wait', {}, { timeoutMs: 20_000 });
    await Promise.all([first.server.shutDown({ reason: 'restarting', retry_after_ms: 0 }), expectLost(lost)]);
    await first.close();
    await expect(client.call('echo')).rejects.toMatchObject({
      code: 'NOT_READY',
      details: { outcome: 'not_sent' },
    });
    history.append('recordings', [{}, {}]);
    const waited = client.command('echo', { command_id: 'c' });

    await using second = await startService({ runtimeDir: runtime.path, history });
    expect(await waited).toEqual({ command_id: 'c' });
    await until(() => seqs.length === 3);
    publish(second.hub, history.append());
    await until(() => seqs.length === 4);
    expect(seqs).toEqual([1, 2, 3, 4]);
    expect(gaps).toEqual([]);
    expect(subscription.next).toBe(5);
    expect(states).toEqual(['connecting', 'ready']);
    await subscription.close();
    publish(second.hub, history.append());
    await client.call('ping');
    expect(seqs).toHaveLength(4);
    await client.close();
    await expect(kept).rejects.toMatchObject({ code: 'NOT_READY' });
  });

  it('IPC25 a history that was replaced is told as a gap, and the events go on', async () => {
    await using runtime = await temporaryFolder();
    const first = await startService({ runtimeDir: runtime.path });
    first.history.append('recordings', [{}, {}, {}]);
    await using client = await HeycatClient.connect({ runtimeDir: runtime.path });
    const seen: ClientEvent[] = [];
    const gaps: Gap[] = [];
    await client.subscribe(
      { ...RECORDINGS, from_seq: 2 },
      (event) => seen.push(event),
      (gap) => gaps.push(gap),
    );
    await until(() => seen.length === 2);
    await first.close();
    const history = new History();
    history.epoch = 'epoch-2';
    history.append();
    await using second = await startService({ runtimeDir: runtime.path, history });
    await until(() => gaps.length === 1);
    expect(gaps).toEqual([{ epoch: 'epoch-2', seq: 1 }]);
    publish(second.hub, history.append());
    await until(() => seen.length === 3);
    expect(seen.at(-1)!.seq).toBe(2);
  });

  it('IPC25 a subscription that lagged is taken up again, without gap or repeat', async () => {
    await using service = await startService({ hub: { waiting: { events: 2, bytes: 1_000_000 } } });
    await using client = await HeycatClient.connect({ runtimeDir: service.runtimeDir });
    const seqs: unknown[] = [];
    await client.subscribe(RECORDINGS, ({ seq }) => seqs.push(seq));
    // One turn of the event loop: nothing can be written, so far more waits than may.
    for (let index = 0; index < 100; index += 1) {
      publish(service.hub, service.history.append('recordings', [{ text: 'x'.repeat(20_000) }]));
    }
    await until(() => seqs.length === 100);
    expect(seqs).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  });

  it('IPC25 a service that has stopped answering is noticed by its silence', async () => {
    await using runtime = await temporaryFolder();
    const service = await startService({ runtimeDir: runtime.path });
    const path = join(runtime.path, 'relay.sock');
    let isFrozen = false;
    const relay = createServer((inner) => relayTo(service.runtime.socket, inner, () => isFrozen));
    await new Promise<void>((resolve) => relay.listen(path, resolve));
    const client = await HeycatClient.connect({
      socket: path,
      token: service.token,
      heartbeatMs: 30,
      reconnect: false,
    });
    await client.call('ping');
    isFrozen = true;
    const waiting = client.call('echo');
    await expect(waiting).rejects.toMatchObject({ details: { outcome: 'unknown' } });
    await until(() => client.state === 'closed');
    await service.close();
    relay.close();
  });

  it('IPC25 an exception in a listener does not stop the events behind it', async () => {
    await using service = await startService();
    await using client = await HeycatClient.connect({ runtimeDir: service.runtimeDir });
    const uncaught: unknown[] = [];
    const queued = globalThis.queueMicrotask;
    const seqs: unknown[] = [];
    globalThis.queueMicrotask = (task) =>
      queued(() => {
        try {
          task();
        } catch (error) {
          uncaught.push(error);
        }
      });
    await client.subscribe(RECORDINGS, ({ seq }) => {
      seqs.push(seq);
      if (seq === 1) throw new TypeError('listener');
    });
    publish(service.hub, service.history.append('recordings', [{}, {}]));
    await until(() => seqs.length === 2);
    globalThis.queueMicrotask = queued;
    expect(uncaught).toEqual([expect.objectContaining({ message: 'listener' })]);
  });
});

describe('Nest client proxy', () => {
  it('IPC25 send() answers one value or the coded error; emit() is refused', async () => {
    await using service = await startService();
    const proxy = new IpcClientProxy({ runtimeDir: service.runtimeDir });
    expect(await firstValueFrom(proxy.send('echo', { a: 1 }))).toEqual({ a: 1 });
    await expect(firstValueFrom(proxy.send('refuse', {}))).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(firstValueFrom(proxy.emit('echo', {}))).rejects.toMatchObject({ code: 'METHOD_NOT_FOUND' });
    expect(await proxy.unwrap<Promise<HeycatClient>>()).toBeInstanceOf(HeycatClient);
    const before = service.abortedWaits();
    const subscription = proxy.send('wait', {}).subscribe();
    await until(() => service.server.clients === 1);
    await firstValueFrom(proxy.send('echo', {}));
    subscription.unsubscribe();
    await until(() => service.abortedWaits() === before + 1);
    await proxy.close();
  });
});

function expectLost(call: Promise<unknown>): Promise<void> {
  return expect(call).rejects.toMatchObject({ code: 'NOT_READY', details: { outcome: 'unknown' } });
}

/** Passes frames on to the service and its answers back, until it freezes. */
function relayTo(path: string, inner: Socket, isFrozen: () => boolean): void {
  const outer = connect(path);
  const parser = new FrameParser({ maxBodyBytes: 1_000_000, maxHeaderBytes: 4_096 });
  outer.on('data', (chunk: Buffer) => {
    parser.push(chunk);
    for (let body = parser.next(); body; body = parser.next()) {
      if (!isFrozen()) inner.write(encodeFrame(body.toString()));
    }
  });
  inner.on('data', (chunk) => outer.write(chunk));
  inner.on('error', () => undefined);
  outer.on('error', () => undefined);
  inner.on('close', () => outer.destroy());
  outer.on('close', () => inner.destroy());
}
