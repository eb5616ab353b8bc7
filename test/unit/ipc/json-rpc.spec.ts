import { jest } from '@jest/globals';
import { Controller, Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MessagePattern } from '@nestjs/microservices';
import { of, type Observable } from 'rxjs';
import { ERRORS } from '../../../src/errors.ts';
import { IpcServer } from '../../../src/infra/ipc/transport/ipc-server.ts';
import { closest } from '../../../src/infra/ipc/transport/suggest.ts';
import { RawClient, startService, until } from './service.ts';

const request = (id: number, method: string, params?: unknown) => ({ jsonrpc: '2.0', id, method, params });

describe('requests', () => {
  it('IPC10 a request is answered with the value of its handler', async () => {
    await using service = await startService();
    using client = await RawClient.authenticated(service);
    expect((await client.request('x', 'echo', { text: 'Grüße' })).result).toEqual({ text: 'Grüße' });
    expect((await client.request(0, 'echo')).result).toEqual({});
  });

  it('IPC10 an error keeps its code, number, sentence and details', async () => {
    await using service = await startService();
    using client = await RawClient.authenticated(service);
    expect((await client.request(1, 'refuse')).error).toEqual({
      code: ERRORS.CONFLICT.rpc,
      message: 'It has changed.',
      data: { code: 'CONFLICT', retryable: false, details: { id: 7 } },
    });
  });

  it('IPC11 what fails unexpectedly is INTERNAL and tells nothing of its cause', async () => {
    await using service = await startService();
    using client = await RawClient.authenticated(service);
    const { error } = await client.request(1, 'crash');
    expect(error?.data.code).toBe('INTERNAL');
    expect(JSON.stringify(error)).not.toContain('secret');
    expect((await client.request(2, 'ping')).result).toEqual({});
  });

  it('IPC11 the cause goes to the log, the params do not, and a refusal is no matter for the log', async () => {
    await using service = await startService();
    using client = await RawClient.authenticated(service);
    const log = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    await client.request(1, 'refuse', { text: 'dictated' });
    expect(log).not.toHaveBeenCalled();
    await client.request(2, 'crash', { text: 'dictated' });
    const logged = JSON.stringify(log.mock.calls);
    log.mockRestore();
    expect(logged).toContain('crash failed');
    expect(logged).toContain('TypeError: a secret');
    expect(logged).not.toContain('dictated');
  });

  it('IPC10 an unknown method is refused, with the one that was meant', async () => {
    await using service = await startService();
    using client = await RawClient.authenticated(service);
    const { error } = await client.request(1, 'list_recording');
    expect(error?.data).toMatchObject({
      code: 'METHOD_NOT_FOUND',
      details: { did_you_mean: 'list_recordings' },
    });
    expect((await client.request(2, 'x'.repeat(500_000))).error?.data.details).toEqual({});
    expect((await client.request(3, 'hello', {})).error?.data.code).toBe('METHOD_NOT_FOUND');
    expect(closest('zzzzzz', ['echo'])).toBeUndefined();
  });

  it.each([
    ['positional params', request(1, 'echo', [1]), 'INVALID_ARGUMENT'],
    ['params that are text', request(1, 'echo', 'x'), 'INVALID_ARGUMENT'],
    ['params that are null', request(1, 'echo', null), 'INVALID_ARGUMENT'],
    ['a negative timeout_ms', request(1, 'echo', { timeout_ms: -1 }), 'INVALID_ARGUMENT'],
    ['no method', { jsonrpc: '2.0', id: 1 }, 'INVALID_REQUEST'],
    ['no version', { id: 1, method: 'echo' }, 'INVALID_REQUEST'],
  ])('IPC10 a request with %s is refused under its id', async (_, message, code) => {
    await using service = await startService();
    using client = await RawClient.authenticated(service);
    client.send(message);
    expect((await client.answer(1)).error?.data.code).toBe(code);
    expect((await client.request(2, 'ping')).result).toEqual({});
  });

  it.each([
    ['an id that is an object', { jsonrpc: '2.0', id: {}, method: 'echo' }, 'INVALID_REQUEST'],
    ['a number for a message', 7, 'INVALID_REQUEST'],
    ['an empty batch', [], 'INVALID_REQUEST'],
    ['a batch of 257', Array.from({ length: 257 }, (_, id) => request(id, 'ping')), 'LIMIT_EXCEEDED'],
  ])('IPC10 %s is refused without id', async (_, message, code) => {
    await using service = await startService();
    using client = await RawClient.authenticated(service);
    client.send(message);
    expect((await client.answer(null)).error?.data.code).toBe(code);
    expect((await client.request(2, 'ping')).result).toEqual({});
  });

  it('IPC10 a method with two handlers, or an event handler, keeps the service from starting', async () => {
    const server = new IpcServer({
      server: { name: 't', version: '0' },
      head: () => ({ epoch: '', seq: 0 }),
      identity: () => null,
    });
    const handler = async (): Promise<Observable<number>> => of(1);
    server.addHandler('once', handler);
    expect(() => server.addHandler('once', handler)).toThrow(/two handlers/);
    expect(() => server.addHandler('event', handler, true)).toThrow(/only @MessagePattern/);
    expect(() => server.addHandler({ cmd: 'x' }, handler)).toThrow(/only @MessagePattern/);

    @Controller()
    class Doubled {
      @MessagePattern('same')
      one(): void {}
      @MessagePattern('same')
      two(): void {}
    }
    @Module({ controllers: [Doubled] })
    class DoubledModule {}
    const app = await NestFactory.createMicroservice(DoubledModule, { strategy: server, logger: false });
    await expect(app.listen()).rejects.toThrow(/two handlers/);
  });

  it('IPC10 a call inside the process runs the same handler and fails with the same error', async () => {
    await using service = await startService();
    expect(await service.server.call('echo', { a: 1 })).toEqual({ a: 1 });
    await expect(service.server.call('refuse')).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(service.server.call('no_such')).rejects.toMatchObject({ code: 'METHOD_NOT_FOUND' });
    await expect(service.server.call('subscribe')).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    await expect(service.server.call('ping')).resolves.toEqual({});
    const abort = new AbortController();
    const waiting = service.server.call('wait', {}, { signal: abort.signal });
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('IPC12 a batch is answered with one array, failures and all, and notifications have no part in it', async () => {
    await using service = await startService();
    using client = await RawClient.authenticated(service);
    client.send([
      request(1, 'echo', { a: 1 }),
      { jsonrpc: '2.0', method: 'unknown_notification' },
      request(2, 'refuse'),
      7,
    ]);
    await until(() => client.messages.length > 0);
    const answers = client.messages[0] as { id: unknown }[];
    expect(new Set(answers.map(({ id }) => id))).toEqual(new Set([1, 2, null]));
    expect(answers).toHaveLength(3);
    client.messages.length = 0;
    client.send([{ jsonrpc: '2.0', method: 'unknown_notification' }]);
    expect((await client.request(3, 'ping')).result).toEqual({});
    expect(client.messages).toHaveLength(1);
  });

  it('IPC13 a cancelled request is answered CANCELLED, and its handler told', async () => {
    await using service = await startService();
    using client = await RawClient.authenticated(service);
    const before = service.abortedWaits();
    client.send(request(1, 'wait'));
    client.send({ jsonrpc: '2.0', method: '$/cancelRequest', params: { id: 1 } });
    expect((await client.answer(1)).error).toMatchObject({ code: -32800, data: { code: 'CANCELLED' } });
    await until(() => service.abortedWaits() === before + 1);
    client.send({ jsonrpc: '2.0', method: '$/cancelRequest', params: { id: 99 } });
    client.send({ jsonrpc: '2.0', method: '$/cancelRequest' });
    expect((await client.request(2, 'ping')).result).toEqual({});
    expect(client.messages.filter(({ id }) => id === 1)).toHaveLength(1);
  });

  it('IPC13 requests of a connection that ends are told so', async () => {
    await using service = await startService();
    const before = service.abortedWaits();
    using client = await RawClient.authenticated(service);
    client.send(request(1, 'wait'));
    await client.request(2, 'ping');
    client[Symbol.dispose]();
    await until(() => service.abortedWaits() === before + 1);
  });

  it('IPC14 a request is answered DEADLINE_EXCEEDED when its timeout_ms is over', async () => {
    await using service = await startService();
    using client = await RawClient.authenticated(service);
    const before = service.abortedWaits();
    expect((await client.request(1, 'wait', { timeout_ms: 0 })).error?.data.code).toBe('DEADLINE_EXCEEDED');
    await until(() => service.abortedWaits() === before + 1);
    expect((await client.request(2, 'echo', { timeout_ms: 0 })).result).toEqual({ timeout_ms: 0 });
  });

  it('IPC15 the 257th request under way is refused, and only it', async () => {
    await using service = await startService();
    using bystander = await RawClient.authenticated(service);
    using client = await RawClient.authenticated(service);
    for (let id = 1; id <= 257; id += 1) client.send(request(id, 'wait'));
    expect((await client.answer(257)).error?.data).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      details: { limit: 256 },
    });
    expect(client.messages).toHaveLength(1);
    expect((await bystander.request(9, 'ping')).result).toEqual({});
    client.send({ jsonrpc: '2.0', method: '$/cancelRequest', params: { id: 1 } });
    await client.answer(1);
    expect((await client.request(258, 'ping')).result).toEqual({});
  });

  it('IPC15 an id that is under way cannot be used again', async () => {
    await using service = await startService();
    using client = await RawClient.authenticated(service);
    client.send(request(1, 'wait'));
    expect((await client.request(1, 'ping')).error?.data.code).toBe('INVALID_REQUEST');
  });

  it('IPC16 an answer above the limit becomes LIMIT_EXCEEDED, in a batch too', async () => {
    await using service = await startService({ limits: { max_response_bytes: 10_000 } });
    using client = await RawClient.authenticated(service);
    expect((await client.request(1, 'large', { bytes: 10_000 })).error?.data.code).toBe('LIMIT_EXCEEDED');
    expect((await client.request(2, 'large', { bytes: 9_000 })).result).toHaveLength(9_000);
    client.messages.length = 0;
    client.send([request(3, 'large', { bytes: 6_000 }), request(4, 'large', { bytes: 6_000 })]);
    await until(() => client.messages.length > 0);
    const codes = client.messages[0]!.map(({ error }) => error?.data.code);
    expect(codes).toEqual([undefined, 'LIMIT_EXCEEDED']);
  });
});

describe('hostile frames after the handshake', () => {
  it.each([
    ['10 MB announced', 'Content-Length: 10000000\r\n\r\n', 'LIMIT_EXCEEDED'],
    ['a negative length', 'Content-Length: -5\r\n\r\n', 'INVALID_REQUEST'],
    ['two lengths', 'Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}', 'INVALID_REQUEST'],
    ['garbage', 'garbage\r\n\r\n', 'INVALID_REQUEST'],
  ])('IPC3 %s is answered with its code and ends this connection only', async (_, bytes, code) => {
    await using service = await startService();
    using bystander = await RawClient.authenticated(service);
    using client = await RawClient.authenticated(service);
    client.write(bytes);
    expect((await client.answer(null)).error?.data.code).toBe(code);
    await client.closed();
    expect((await bystander.request(9, 'ping')).result).toEqual({});
  });

  it('IPC3 a 10 MB string is refused with its code although the client goes on sending', async () => {
    await using service = await startService();
    using bystander = await RawClient.authenticated(service);
    using client = await RawClient.authenticated(service);
    client.send(request(1, 'echo', { text: 'x'.repeat(10_000_000) }));
    expect((await client.answer(null)).error?.data.code).toBe('LIMIT_EXCEEDED');
    await client.closed();
    expect((await bystander.request(9, 'ping')).result).toEqual({});
  });

  it.each([
    ['what is no JSON', '{"jsonrpc', 'PARSE_ERROR'],
    ['what is no UTF-8', Buffer.from([0x22, 0xc3, 0x28, 0x22]), 'PARSE_ERROR'],
    ['JSON 65 levels deep', '['.repeat(65) + ']'.repeat(65), 'LIMIT_EXCEEDED'],
  ])('IPC4 %s is answered with its code, and the connection goes on', async (_, body, code) => {
    await using service = await startService();
    using client = await RawClient.authenticated(service);
    const bytes = Buffer.from(body as string);
    client.write(Buffer.concat([Buffer.from(`Content-Length: ${bytes.length}\r\n\r\n`), bytes]));
    expect((await client.answer(null)).error?.data.code).toBe(code);
    expect((await client.request(2, 'ping')).result).toEqual({});
  });

  it('IPC5 half a frame is waited for so long and no longer', async () => {
    await using service = await startService({ limits: { frame_ms: 50 } });
    using bystander = await RawClient.authenticated(service);
    using client = await RawClient.authenticated(service);
    client.write('Content-Length: 100\r\n\r\n{"jsonrpc":');
    expect((await client.answer(null)).error?.data.code).toBe('INVALID_REQUEST');
    await client.closed();
    expect((await bystander.request(9, 'ping')).result).toEqual({});
  });

  it('IPC5 a busy connection whose reads end inside frames is left alone', async () => {
    await using service = await startService({ limits: { frame_ms: 500 } });
    using client = await RawClient.authenticated(service);
    const frame = 'Content-Length: 40\r\n\r\n{"jsonrpc":"2.0","id":5,"method":"ping"}';
    const started = performance.now();
    client.write(frame.slice(0, 30));
    while (performance.now() - started < 1_200) {
      const answers = client.messages.length;
      client.write(frame.slice(30) + frame.slice(0, 30));
      await until(() => client.isClosed || client.messages.length > answers);
    }
    expect(client.isClosed).toBe(false);
  });

  it('IPC15 a client that asks and never reads is not read any more', async () => {
    await using service = await startService();
    using bystander = await RawClient.authenticated(service);
    using client = await RawClient.authenticated(service);
    const before = service.largeAnswers();
    client.socket.pause();
    for (let id = 1; id <= 40; id += 1) {
      client.send(request(id, 'large', { bytes: 1_000_000 }));
      expect((await bystander.request(id, 'ping')).result).toEqual({});
    }
    // Two fill the backlog; a few more may be on their way.
    expect(service.largeAnswers() - before).toBeLessThan(10);
    client.socket.resume();
    await until(() => client.messages.length === 40);
    expect(client.messages.every(({ result }) => result?.['length'] === 1_000_000)).toBe(true);
  });
});
