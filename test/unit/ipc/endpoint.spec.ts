import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  isSocketPath,
  pipeName,
  removeStaleSocket,
  socketPlace,
} from '../../../src/infra/ipc/transport/endpoint.ts';
import { readRuntimeFile, runtimeFilePath } from '../../../src/infra/ipc/transport/runtime-file.ts';
import { writePrivateFile } from '../../../src/infra/process/files/private-file.ts';
import { RawClient, startService } from './service.ts';

async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'heycat-end-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

const modeOf = async (path: string): Promise<number> => (await lstat(path)).mode & 0o777;

/** Leaves behind what a killed service leaves: its socket, with nobody listening. */
function leaveSocket(path: string): void {
  const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', script]);
}

describe('endpoint', () => {
  it('IPC17 a socket path fits the system or is replaced by a short one in a private folder', async () => {
    expect(isSocketPath('x'.repeat(107), 'linux')).toBe(true);
    expect(isSocketPath('x'.repeat(108), 'linux')).toBe(false);
    expect(isSocketPath('ü'.repeat(54), 'linux')).toBe(false);
    expect(isSocketPath('x'.repeat(103), 'darwin')).toBe(true);
    expect(isSocketPath('x'.repeat(104), 'darwin')).toBe(false);
    expect(socketPlace('/run/user/1/heycat', 'linux')).toEqual({ path: '/run/user/1/heycat/heycat.sock' });
    const long = `/home/${'long-name/'.repeat(12)}`;
    const place = socketPlace(long, 'linux', '/tmp');
    expect(place.path).toMatch(/^\/tmp\/heycat-\d+-[0-9a-f]{16}\/heycat\.sock$/);
    expect(place.path).toBe(join(place.folder!, 'heycat.sock'));
    expect(socketPlace(long, 'linux', '/tmp')).toEqual(place);
    expect(socketPlace(`${long}x`, 'linux', '/tmp')).not.toEqual(place);
    expect(() => socketPlace(long, 'linux', long)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
  });

  it('IPC17 a Windows pipe has a name that nobody can guess', () => {
    expect(pipeName()).toMatch(/^\\\\\.\\pipe\\heycat-[0-9a-f]{32}$/);
    expect(pipeName()).not.toBe(pipeName());
    expect(socketPlace('C:\\Users\\x', 'win32').path).toMatch(/^\\\\\.\\pipe\\heycat-/);
  });

  it('IPC17 a service in a folder with a long name is found and reached', async () => {
    await using parent = await temporaryFolder();
    const runtimeDir = join(parent.path, 'a-long-name'.repeat(12));
    await using service = await startService({ runtimeDir });
    expect(service.runtime.socket.length).toBeLessThan(107);
    expect(await modeOf(join(service.runtime.socket, '..'))).toBe(0o700);
    using client = await RawClient.authenticated(service);
    expect((await client.request(1, 'ping')).result).toEqual({});
  });

  it('IPC17 folder, socket, token and announcement are closed to others', async () => {
    await using parent = await temporaryFolder();
    await using service = await startService({ runtimeDir: join(parent.path, 'run') });
    expect(await modeOf(service.runtimeDir)).toBe(0o700);
    expect(await modeOf(service.runtime.socket)).toBe(0o600);
    expect(await modeOf(service.runtime.token_file)).toBe(0o600);
    expect(await modeOf(runtimeFilePath(service.runtimeDir))).toBe(0o600);
  });

  it('IPC17 a runtime folder that is a link or open to others is refused', async () => {
    await using parent = await temporaryFolder();
    await mkdir(join(parent.path, 'real'), { mode: 0o700 });
    await symlink(join(parent.path, 'real'), join(parent.path, 'link'));
    await expect(startService({ runtimeDir: join(parent.path, 'link') })).rejects.toMatchObject({
      code: 'NOT_AUTHORIZED',
    });
    await chmod(join(parent.path, 'real'), 0o755);
    await expect(startService({ runtimeDir: join(parent.path, 'real') })).rejects.toMatchObject({
      code: 'NOT_AUTHORIZED',
    });
  });

  it('IPC18 the socket of a killed service is replaced', async () => {
    await using runtime = await temporaryFolder();
    leaveSocket(join(runtime.path, 'heycat.sock'));
    expect((await lstat(join(runtime.path, 'heycat.sock'))).isSocket()).toBe(true);
    await using service = await startService({ runtimeDir: runtime.path });
    using client = await RawClient.authenticated(service);
    expect((await client.request(1, 'ping')).result).toEqual({});
  });

  it('IPC18 a socket that is alive is left alone: BUSY', async () => {
    await using first = await startService();
    await expect(startService({ runtimeDir: first.runtimeDir })).rejects.toMatchObject({ code: 'BUSY' });
    using client = await RawClient.authenticated(first);
    expect((await client.request(1, 'ping')).result).toEqual({});
    expect(await readRuntimeFile(first.runtimeDir)).toEqual(first.runtime);
  });

  it('IPC18 what is in the way and is no socket is not touched', async () => {
    await using runtime = await temporaryFolder();
    const path = join(runtime.path, 'heycat.sock');
    await removeStaleSocket(path);
    await writeFile(path, 'precious');
    await expect(removeStaleSocket(path)).rejects.toMatchObject({ code: 'NOT_AUTHORIZED' });
    expect(await readFile(path, 'utf8')).toBe('precious');
  });

  it('IPC19 the announcement names socket, token, process and instance, and goes with the service', async () => {
    await using runtime = await temporaryFolder();
    const service = await startService({ runtimeDir: runtime.path });
    expect(service.runtime).toEqual({
      socket: join(runtime.path, 'heycat.sock'),
      token_file: join(runtime.path, 'token'),
      pid: process.pid,
      started_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      instance_id: service.server.instanceId,
      protocol: { min: 1, max: 1 },
      server: { name: 'heycat-test', version: '0.0.0' },
    });
    expect(service.token).toMatch(/^[0-9a-f]{64}$/);
    await service.close();
    expect(await readdir(runtime.path)).toEqual([]);
    await using again = await startService({ runtimeDir: runtime.path });
    expect(again.token).not.toBe(service.token);
    expect(again.runtime.instance_id).not.toBe(service.runtime.instance_id);
  });

  it('IPC19 a service does not remove the announcement of another', async () => {
    await using runtime = await temporaryFolder();
    const service = await startService({ runtimeDir: runtime.path });
    await writePrivateFile(
      runtimeFilePath(runtime.path),
      JSON.stringify({ ...service.runtime, instance_id: 'x' }),
    );
    await service.close();
    expect(await readdir(runtime.path)).toEqual(['runtime.json', 'token']);
  });

  it('IPC19 a folder without a service is said to be one', async () => {
    await using runtime = await temporaryFolder();
    await expect(readRuntimeFile(runtime.path)).rejects.toMatchObject({
      code: 'NOT_READY',
      details: { reason: 'not_running' },
    });
  });

  it('IPC18 a listener that is no service counts as alive', async () => {
    await using runtime = await temporaryFolder();
    const path = join(runtime.path, 'heycat.sock');
    const other = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => other.listen(path, resolve));
    await expect(removeStaleSocket(path)).rejects.toMatchObject({ code: 'BUSY' });
    await new Promise((resolve) => other.close(resolve));
  });

  it('IPC20 a stop tells the clients, answers what is under way and refuses what comes after', async () => {
    const service = await startService({ limits: { drain_ms: 2_000 } });
    using client = await RawClient.authenticated(service);
    using stranger = new RawClient(service.runtime.socket);
    client.send({ jsonrpc: '2.0', id: 1, method: 'wait' });
    await client.request(2, 'ping');
    const closed = service.server.shutDown({ reason: 'upgrading', retry_after_ms: 250 });
    expect((await client.request(3, 'echo')).error?.data.code).toBe('NOT_READY');
    expect(client.messages.find(({ method }) => method === 'closing')?.params).toEqual({
      reason: 'upgrading',
      retry_after_ms: 250,
    });
    expect(client.isClosed).toBe(false);
    client.send({ jsonrpc: '2.0', method: '$/cancelRequest', params: { id: 1 } });
    expect((await client.answer(1)).error?.data.code).toBe('CANCELLED');
    await client.closed();
    await stranger.closed();
    expect(stranger.messages).toEqual([]);
    await closed;
    await service[Symbol.asyncDispose]();
  });
});
