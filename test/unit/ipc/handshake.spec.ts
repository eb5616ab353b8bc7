import { createHmac } from 'node:crypto';
import {
  isProof,
  negotiate,
  proofOf,
  randomHex32,
  ServerHandshake,
} from '../../../src/infra/ipc/transport/handshake.ts';
import { RawClient, startService, until, type Message, type Service } from './service.ts';

const NONCE = 'cd'.repeat(32);
const HELLO = { protocol: { min: 1, max: 1 }, client: { name: 'test', version: '1' }, nonce: NONCE };

async function greet(client: RawClient, params: unknown = HELLO): Promise<Message> {
  return client.request(1, 'hello', params);
}

function proofFor(service: Service, hello: Message): string {
  return proofOf('client', service.token, { client: NONCE, server: String(hello.result?.['nonce']) });
}

describe('handshake', () => {
  it('IPC6 proofs are HMAC-SHA-256 of the side and both nonces, keyed with the bytes of the token', () => {
    const token = randomHex32();
    const expected = createHmac('sha256', Buffer.from(token, 'hex'))
      .update('heycat-server:aa:bb')
      .digest('hex');
    expect(proofOf('server', token, { client: 'aa', server: 'bb' })).toBe(expected);
    expect(proofOf('client', token, { client: 'aa', server: 'bb' })).not.toBe(expected);
  });

  it.each([undefined, null, 7, '', 'ab', 'F'.repeat(64), 'g'.repeat(64), 'a'.repeat(65)])(
    'IPC6 %p is no proof',
    (given) => expect(isProof('f'.repeat(64), given)).toBe(false),
  );

  it('IPC6 both sides prove themselves, and the service says who it is', async () => {
    await using service = await startService();
    using client = new RawClient(service.runtime.socket);
    const hello = await greet(client);
    expect(hello.result).toMatchObject({
      protocol: 1,
      server: { name: 'heycat-test', version: '0.0.0' },
      instance_id: service.runtime.instance_id,
      epoch: 'epoch-1',
      last_seq: 0,
      limits: { max_request_bytes: 1048576, max_json_depth: 64, max_requests_in_flight: 256 },
    });
    const nonces = { client: NONCE, server: String(hello.result?.['nonce']) };
    expect(hello.result?.['proof']).toBe(proofOf('server', service.token, nonces));
    const welcome = await client.request(2, 'authenticate', { proof: proofFor(service, hello) });
    expect(welcome.result).toEqual({ identity: 'f'.repeat(64), features: ['subscribe'] });
    expect((await client.request(3, 'ping')).result).toEqual({});
  });

  it('IPC6 a wrong proof is answered UNAUTHENTICATED and ends the connection', async () => {
    await using service = await startService();
    using bystander = await RawClient.authenticated(service);
    using client = new RawClient(service.runtime.socket);
    await greet(client);
    const answer = await client.request(2, 'authenticate', { proof: 'a'.repeat(64) });
    expect(answer.error?.data.code).toBe('UNAUTHENTICATED');
    await client.closed();
    expect((await bystander.request(9, 'ping')).result).toEqual({});
  });

  it('IPC6 a proof heard on one connection is worth nothing on another', async () => {
    await using service = await startService();
    using first = new RawClient(service.runtime.socket);
    const proof = proofFor(service, await greet(first));
    expect((await first.request(2, 'authenticate', { proof })).result).toBeDefined();
    using second = new RawClient(service.runtime.socket);
    await greet(second);
    expect((await second.request(2, 'authenticate', { proof })).error?.data.code).toBe('UNAUTHENTICATED');
    await second.closed();
    expect((await first.request(9, 'ping')).result).toEqual({});
  });

  it.each([
    ['another method first', { jsonrpc: '2.0', id: 1, method: 'ping' }],
    [
      'authenticate first',
      { jsonrpc: '2.0', id: 1, method: 'authenticate', params: { proof: 'a'.repeat(64) } },
    ],
    ['a batch', [{ jsonrpc: '2.0', id: 1, method: 'hello', params: HELLO }]],
    ['a notification', { jsonrpc: '2.0', method: 'hello', params: HELLO }],
    ['another version of JSON-RPC', { jsonrpc: '1.0', id: 1, method: 'hello', params: HELLO }],
  ])('IPC7 before the handshake %s closes the connection without a word', async (_, message) => {
    await using service = await startService();
    using bystander = await RawClient.authenticated(service);
    using client = new RawClient(service.runtime.socket);
    client.send(message);
    await client.closed();
    expect(client.messages).toEqual([]);
    expect((await bystander.request(9, 'ping')).result).toEqual({});
  });

  it.each([
    ['garbage', Buffer.from('\u0000\u0001garbage\r\n\r\n')],
    ['HTTP', 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['a 4 KiB header without end', 'X'.repeat(5000)],
    ['a frame above 4 KiB', 'Content-Length: 4097\r\n\r\n'],
    ['a 10 MB frame announced', 'Content-Length: 10000000\r\n\r\n'],
    ['a header that lies', 'Content-Length: 3\r\n\r\n{"jsonrpc":"2.0"}'],
  ])('IPC7 before the handshake %s closes the connection without a word', async (_, bytes) => {
    await using service = await startService();
    using bystander = await RawClient.authenticated(service);
    using client = new RawClient(service.runtime.socket);
    client.write(bytes);
    await client.closed();
    expect(client.messages).toEqual([]);
    expect((await bystander.request(9, 'ping')).result).toEqual({});
  });

  it('IPC8 who does not finish the handshake in time is cut off, the others are not', async () => {
    await using service = await startService({ limits: { handshake_ms: 100 } });
    using bystander = await RawClient.authenticated(service);
    using silent = new RawClient(service.runtime.socket);
    using slow = new RawClient(service.runtime.socket);
    await greet(slow);
    slow.write('Content-Length: 100\r\n\r\n{');
    await silent.closed();
    await slow.closed();
    expect((await bystander.request(9, 'ping')).result).toEqual({});
  });

  it('IPC8 the ninth connection that has not authenticated is closed at once, and its place can be had again', async () => {
    await using service = await startService({ limits: { handshake_ms: 60_000 } });
    using bystander = await RawClient.authenticated(service);
    const eight = Array.from({ length: 8 }, () => new RawClient(service.runtime.socket));
    for (const client of eight) expect((await greet(client)).result).toBeDefined();
    using ninth = new RawClient(service.runtime.socket);
    await ninth.closed();
    expect((await bystander.request(9, 'ping')).result).toEqual({});
    for (const client of eight) client[Symbol.dispose]();
    await until(() => service.server.connections === 1);
    using next = await RawClient.authenticated(service);
    expect((await next.request(9, 'ping')).result).toEqual({});
  });

  it('IPC8 connections above the limit are closed at once', async () => {
    await using service = await startService({ limits: { max_connections: 2, handshake_ms: 60_000 } });
    using first = await RawClient.authenticated(service);
    using second = await RawClient.authenticated(service);
    using third = new RawClient(service.runtime.socket);
    await third.closed();
    expect((await first.request(9, 'ping')).result).toEqual({});
    expect((await second.request(9, 'ping')).result).toEqual({});
  });

  it('IPC9 the highest version that both speak is taken', () => {
    expect(negotiate({ min: 1, max: 1 })).toBe(1);
    expect(negotiate({ min: 0, max: 99 })).toBe(1);
    for (const range of [
      { min: 2, max: 3 },
      { min: 0, max: 0 },
    ]) {
      expect(() => negotiate(range)).toThrow(
        expect.objectContaining({ code: 'UNSUPPORTED_PROTOCOL', details: { supported: { min: 1, max: 1 } } }),
      );
    }
  });

  it('IPC9 no version in common, or a malformed hello, is answered with its code and ends the connection', async () => {
    await using service = await startService();
    const cases: [unknown, string][] = [
      [{ ...HELLO, protocol: { min: 2, max: 4 } }, 'UNSUPPORTED_PROTOCOL'],
      [{ ...HELLO, protocol: 'one' }, 'INVALID_ARGUMENT'],
      [{ ...HELLO, nonce: 'short' }, 'INVALID_ARGUMENT'],
      [[HELLO], 'INVALID_ARGUMENT'],
    ];
    for (const [params, code] of cases) {
      using client = new RawClient(service.runtime.socket);
      expect((await greet(client, params)).error?.data.code).toBe(code);
      await client.closed();
    }
  });

  it('IPC6 hello and authenticate are each answered once', () => {
    const handshake = new ServerHandshake({ token: randomHex32(), hello: () => ({}), welcome: () => ({}) });
    expect(handshake.expects('authenticate')).toBe(false);
    handshake.answer(HELLO);
    expect(handshake.expects('hello')).toBe(false);
    expect(handshake.expects('authenticate')).toBe(true);
  });
});
