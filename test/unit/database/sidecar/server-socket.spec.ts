import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { SignJWT } from 'jose';
import { ServerApi } from '../../../../src/infra/database/sidecar/server-api.ts';
import { openServerSocket, type ServerSocket } from '../../../../src/infra/database/sidecar/server-socket.ts';

interface FakeHost extends AsyncDisposable {
  api: ServerApi;
  /** URLs of the websocket requests. */
  upgrades: string[];
  connect(): Promise<ServerSocket>;
}

interface Behaviour {
  /** Body of the answer to the exchange of tokens. */
  exchange?: string;
  /** What to do with an accepted websocket. */
  accept(socket: Duplex): void;
  /** Answer to a reducer call. */
  call?: { status: number; text: string };
}

/** A server frame of fewer than 126 bytes, binary, unmasked. */
function frame(...payload: number[]): Buffer {
  return Buffer.from([0x82, payload.length, ...payload]);
}

/** The few routes that opening a connection uses, to do what the real server does rarely or never. */
async function fakeHost({ accept, call, exchange }: Behaviour): Promise<FakeHost> {
  const token = await new SignJWT({ hex_identity: 'c2'.repeat(32) })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new Uint8Array(32));
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    if (request.url!.endsWith('/websocket-token')) return response.end(exchange ?? JSON.stringify({ token }));
    response.statusCode = call?.status ?? 404;
    return response.end(call?.text ?? 'no such reducer');
  });
  const upgrades: string[] = [];
  const upgraded: Duplex[] = [];
  server.on('upgrade', (request, socket) => {
    upgraded.push(socket);
    upgrades.push(request.url!);
    const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const proof = createHash('sha1').update(key).digest('base64');
    socket.on('error', () => undefined);
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        `Sec-WebSocket-Accept: ${proof}\r\nSec-WebSocket-Protocol: v1.bsatn.spacetimedb\r\n\r\n`,
    );
    accept(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const api = new ServerApi(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return {
    api,
    upgrades,
    connect: () => openServerSocket(api, 'heycat-data', { token: 'x.y.z', deadlineMs: 5_000 }),
    [Symbol.asyncDispose]: async () => {
      await api.close();
      server.closeAllConnections();
      for (const socket of upgraded) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function ended(socket: ServerSocket): Promise<unknown> {
  return new Promise((resolve) => {
    socket.onclose = resolve;
  });
}

describe('a websocket of the server', () => {
  it('ENG5 frames that came before anybody listened are given in order, then the end, once', async () => {
    await using host = await fakeHost({
      accept: (socket) => socket.end(Buffer.concat([frame(0, 3, 1), frame(0, 1, 2), frame(0, 1, 3)])),
    });
    const socket = await host.connect();
    const seen: string[] = [];
    socket.onopen = () => seen.push('open');
    socket.onmessage = ({ data }) => seen.push([...data].join(' '));
    const end = ended(socket);
    expect(seen).toEqual([]);
    await end;
    expect(seen.filter((each) => each !== 'open')).toEqual(['3 1', '1 2', '1 3']);
    expect(seen.filter((each) => each === 'open')).toHaveLength(1);
    expect(() => socket.send(new Uint8Array(1))).toThrow(
      expect.objectContaining({ code: 'ENGINE_UNAVAILABLE' }),
    );
  });

  it('ENG5 a handler that is set after the end learns of it, and of it only', async () => {
    await using host = await fakeHost({ accept: (socket) => socket.end(frame(0, 3)) });
    const socket = await host.connect();
    const hasEnded = () => {
      try {
        socket.send(new Uint8Array(1));
        return false;
      } catch {
        return true;
      }
    };
    while (!hasEnded()) await new Promise((resolve) => setTimeout(resolve, 5));
    await ended(socket);
  });

  it.each([
    ['compressed', frame(2, 31, 139)],
    ['text', Buffer.from([0x81, 2, 0x68, 0x69])],
  ])('ENG5 a %s frame is an error and ends the connection', async (_kind, bytes) => {
    await using host = await fakeHost({
      accept: (socket) => {
        socket.write(frame(0, 3));
        socket.once('data', () => socket.write(bytes));
        socket.on('data', (data: Buffer) => (data[0]! & 0x0f) === 8 && socket.end());
      },
    });
    const socket = await host.connect();
    const errors: unknown[] = [];
    socket.onerror = (event) => errors.push(event);
    const end = ended(socket);
    socket.onmessage = () => socket.send(new Uint8Array([1]));
    await end;
    expect(errors[0]).toMatchObject({ code: 'INTERNAL' });
  });

  it("ENG4 a connection that is dropped unanswered is a refusal when a call is refused, with the module's sentence", async () => {
    await using host = await fakeHost({
      accept: (socket) => socket.destroy(),
      call: { status: 403, text: 'NOT_AUTHORIZED: Not authorized to use this database' },
    });
    await expect(host.connect()).rejects.toMatchObject({
      code: 'NOT_AUTHORIZED',
      message: 'Not authorized to use this database',
    });
  });

  it('ENG4 a connection that is dropped unanswered while calls are accepted is no refusal', async () => {
    await using host = await fakeHost({ accept: (socket) => socket.destroy() });
    await expect(host.connect()).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
  });

  it('ENG17 a server that upgrades and says nothing is given up after the deadline', async () => {
    await using host = await fakeHost({ accept: () => undefined });
    const connect = openServerSocket(host.api, 'heycat-data', { token: 'x.y.z', deadlineMs: 100 });
    await expect(connect).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
  });

  it('ENG16 the address holds the short-lived token only, and asks for no compression', async () => {
    await using host = await fakeHost({ accept: (socket) => socket.write(frame(0, 3)) });
    (await host.connect()).close();
    const { searchParams } = new URL(host.upgrades[0]!, host.api.origin);
    expect(searchParams.get('token')).not.toBe('x.y.z');
    expect(searchParams.get('compression')).toBe('None');
    expect(searchParams.get('connection_id')).toMatch(/^[0-9a-f]{32}$/);
  });

  it.each(['{"token":"se.cr', '{"token":"se.cr.et"}', '[]', 'null', '{}', ''])(
    'ENG16 an exchange answered with %j is refused, and the error holds nothing of it',
    async (exchange) => {
      await using host = await fakeHost({ accept: () => undefined, exchange });
      const error: unknown = await host.connect().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
      expect((error as Error).cause).toBeUndefined();
      expect((error as Error).message).not.toContain('se.cr');
      expect(host.upgrades).toEqual([]);
    },
  );

  it('ENG17 a server that is not there is ENGINE_UNAVAILABLE, and the error holds no token', async () => {
    const api = new ServerApi('http://127.0.0.1:1');
    const error: unknown = await openServerSocket(api, 'heycat-data', {
      token: 'se.cr.et',
      deadlineMs: 1_000,
    }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
    expect(JSON.stringify(error) + String((error as Error).stack)).not.toContain('se.cr.et');
    expect(await api.ping(100)).toBe(false);
    await api.close();
  });
});
