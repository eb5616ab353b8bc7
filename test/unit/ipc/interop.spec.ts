import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { jest } from '@jest/globals';
import {
  createMessageConnection,
  SocketMessageReader,
  SocketMessageWriter,
  CancellationTokenSource,
} from 'vscode-jsonrpc/node';
import { proofOf, randomHex32 } from '../../../src/infra/ipc/transport/handshake.ts';
import { startService, until, publish } from './service.ts';

describe('other clients', () => {
  it('IPC1 vscode-jsonrpc can speak to the service: requests, errors, cancelling, events', async () => {
    await using service = await startService();
    const socket = connect(service.runtime.socket);
    const connection = createMessageConnection(
      new SocketMessageReader(socket),
      new SocketMessageWriter(socket),
    );
    const events: unknown[] = [];
    connection.onNotification('event', (params) => void events.push(params));
    connection.listen();

    const nonce = randomHex32();
    const hello = await connection.sendRequest<{ nonce: string; proof: string }>('hello', {
      protocol: { min: 1, max: 3 },
      client: { name: 'vscode-jsonrpc', version: '10' },
      nonce,
    });
    const nonces = { client: nonce, server: hello.nonce };
    expect(hello.proof).toBe(proofOf('server', service.token, nonces));
    await connection.sendRequest('authenticate', { proof: proofOf('client', service.token, nonces) });

    expect(await connection.sendRequest('echo', { a: [1, '2'] })).toEqual({ a: [1, '2'] });
    await expect(connection.sendRequest('refuse', {})).rejects.toMatchObject({
      code: -32003,
      data: { code: 'CONFLICT' },
    });
    await expect(connection.sendRequest('nothing')).rejects.toMatchObject({ code: -32601 });
    const source = new CancellationTokenSource();
    const waiting = connection.sendRequest('wait', {}, source.token);
    source.cancel();
    await expect(waiting).rejects.toMatchObject({ code: -32800 });

    await connection.sendRequest('subscribe', { types: ['recording_added'] });
    publish(service.hub, service.history.append());
    await until(() => events.length === 1);
    expect(events[0]).toMatchObject({ subscription: 1, seq: 1, type: 'recording_added' });
    connection.dispose();
    socket.destroy();
  });

  it('IPC25 the client library needs nothing of Nest', async () => {
    const folder = join(process.cwd(), 'src/infra/ipc/client');
    const seen = new Set<string>();
    const visit = async (file: string): Promise<string[]> => {
      if (seen.has(file)) return [];
      seen.add(file);
      // Types are gone at run time.
      const pattern = /^(?:import|export) (?!type )[^;]*? from '([^']+)'/gm;
      const imports = [...(await readFile(file, 'utf8')).matchAll(pattern)].map((match) => match[1]!);
      const inner = imports
        .filter((name) => name.startsWith('.'))
        .map((name) => visit(join(dirname(file), name)));
      return [...imports, ...(await Promise.all(inner)).flat()];
    };
    const packages = (await visit(join(folder, 'client.ts'))).filter((name) => !/^(\.|node:)/.test(name));
    expect(seen.size).toBeGreaterThan(8);
    expect([...new Set(packages)]).toEqual(['env-paths']);
  });

  it('IPC25 the example in TypeScript prints the event it hears of', async () => {
    await using service = await startService();
    const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
    process.env['HEYCAT_RUNTIME_DIR'] = service.runtimeDir;
    process.argv.push('--once');
    await import('../../../examples/client.ts');
    publish(service.hub, service.history.append());
    await until(() => service.server.connections === 0);
    process.argv.pop();
    delete process.env['HEYCAT_RUNTIME_DIR'];
    const lines = log.mock.calls.map(([line]) => line);
    log.mockRestore();
    expect(lines).toEqual([
      `connected to heycat-test 0.0.0 as ${'f'.repeat(64)}, history up to 0`,
      'listening',
      '1 recording_added 1 {}',
      'connection: closed',
    ]);
  });

  it('IPC1 the example in Python lists the recordings and prints events', async () => {
    await using service = await startService();
    const once = await run('python3', ['examples/client.py', '--once'], service.runtimeDir).finished;
    expect(once).toEqual({ code: 0, output: '1 recordings\n1 /tmp/a.wav\n' });
    const listening = run('python3', ['examples/client.py'], service.runtimeDir);
    await until(() => {
      publish(service.hub, service.history.append('recordings', [{ file_path: 'b.wav' }]), []);
      return listening.output().includes('b.wav');
    });
    listening.stop();
    await listening.finished;
  });
});

function run(command: string, args: string[], runtimeDir: string) {
  const child = spawn(command, args, { env: { ...process.env, HEYCAT_RUNTIME_DIR: runtimeDir } });
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => (output += String(chunk)));
  return {
    output: () => output,
    stop: () => child.kill(),
    finished: new Promise<{ code: number | null; output: string }>((resolve) => {
      child.on('close', (code) => resolve({ code, output }));
    }),
  };
}
