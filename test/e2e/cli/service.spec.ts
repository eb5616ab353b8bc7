import { readdir } from 'node:fs/promises';
import { cliPlace, isAlive, until, type CliPlace } from '../../support/cli.ts';
import { describeWithServer } from '../../support/spacetimedb.ts';

async function json<T>(place: CliPlace, ...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await place.run(...args, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as T;
}

const logLines = (stderr: string) =>
  stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { msg: string });

describe('heycat start, stop, status, call', () => {
  it('CLI7 start prints one line on stdout when it serves; its log on stderr is JSON lines', async () => {
    await using place = await cliPlace();
    const service = await place.start();
    expect(service.stdout).toBe(
      `heycat serves ${place.runtimeDir}/heycat.sock (pid ${service.pid}); Ctrl-C stops it\n`,
    );
    expect(logLines(service.stderr).map(({ msg }) => msg)).toContain('serving; the engine is starting');
    const stopped = await place.run('stop');
    expect(stopped).toMatchObject({ code: 0, stdout: expect.stringContaining(`pid ${service.pid}`) });
    expect(stopped.stderr).toContain('stopping heycat');
    const { code, stdout, stderr } = await service.ended;
    expect(code).toBe(0);
    expect(stdout.split('\n')).toHaveLength(2);
    expect(logLines(stderr).at(-1)!.msg).toBe('stopped');
    expect(await readdir(place.runtimeDir)).toEqual([]);
    expect((await place.run('stop')).code).toBe(3);
  });

  it('CLI8 a second start names the first one, ends 1, and leaves the first one alone', async () => {
    await using place = await cliPlace();
    const first = await place.start('--json');
    expect(JSON.parse(first.stdout)).toMatchObject({ pid: first.pid });
    const second = await place.run('start');
    expect({ code: second.code, stdout: second.stdout }).toEqual({ code: 1, stdout: '' });
    expect(second.stderr).toContain(`BUSY: Process ${first.pid} already serves`);
    expect(await json(place, 'status')).toMatchObject({ pid: first.pid, engine: { state: 'ready' } });
  });

  it('CLI9 status shows engine, history, read models and clients, as a table or as JSON', async () => {
    await using place = await cliPlace();
    const service = await place.start();
    const { code, stdout, stderr } = await place.run('status');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^service +heycat-backend \\S+, pid ${service.pid}$`, 'm'));
    expect(stdout).toMatch(/^engine +embedded, ready, version \S+$/m);
    expect(stdout).toMatch(/^history +seq 0, epoch \S+$/m);
    expect(stdout).toMatch(/^clients +1, this one included$/m);
    expect(stdout).not.toContain('\u001b');
    expect(await json(place, 'status')).toMatchObject({ pid: service.pid, last_seq: 0, clients: 1 });
    const doctor = await place.run('doctor');
    expect(doctor.stdout).toMatch(new RegExp(`^✓ service +runs, pid ${service.pid}`, 'm'));
  });

  it('CLI10 call prints the result on stdout, takes params from standard input, and tells refusals on stderr', async () => {
    await using place = await cliPlace();
    await place.start();
    const saved = await place.run('call', 'save_setting', '{"key": "a", "value": [1]}');
    expect(saved).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(saved.stdout)).toMatchObject({ status: 'applied', seq: 1 });
    const read = place.spawn(['call', 'get_settings', '-', '--json']);
    read.child.stdin.end('{"keys": ["a"]}');
    const { code, stdout } = await read.ended;
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(stdout)).toMatchObject({ settings: { a: [1] } });
    const refused = await place.run('call', 'save_setting', '{"key": 1, "value": 1}');
    expect({ code: refused.code, stdout: refused.stdout }).toEqual({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(/^INVALID_ARGUMENT: key .*\n {2}field: key\n$/);
    const unknown = await place.run('call', 'save_settin', '--json');
    expect(JSON.parse(unknown.stderr)).toMatchObject({
      error: { code: 'METHOD_NOT_FOUND', retryable: false },
    });
  });
});

describeWithServer('the end of a service and of its server', () => {
  it('CLI11 Ctrl-C while the engine starts leaves no server and no announcement', async () => {
    await using place = await cliPlace('sidecar');
    const service = place.spawn(['start', '--engine', 'sidecar']);
    await service.until('stdout', 'heycat serves');
    let server: number | undefined;
    await until(async () => (server = await place.serverPid()) !== undefined);
    service.child.kill('SIGINT');
    expect((await service.ended).code).toBe(0);
    expect(isAlive(server!)).toBe(false);
    expect(await place.serverPid()).toBeUndefined();
    expect(await readdir(place.runtimeDir)).toEqual([]);
  });

  it('CLI12 after kill -9 a new start works, and the server left behind is ended', async () => {
    await using place = await cliPlace('sidecar');
    const first = await place.start();
    const server = (await place.serverPid())!;
    first.child.kill('SIGKILL');
    await first.ended;
    expect((await place.run('status')).code).toBe(3);
    await place.start();
    expect(await place.serverPid()).not.toBe(server);
    await until(() => !isAlive(server));
    await json(place, 'call', 'save_setting', '{"key": "a", "value": true}');
  });

  it('CLI12 so it is when the service is killed while its way to the engine is degraded', async () => {
    await using place = await cliPlace('sidecar');
    const first = await place.start();
    const state = async () =>
      (await json<{ connection: { state: string } }>(place, 'status')).connection.state;
    for (let end = 0; end < 5; end++) {
      await until(async () => ['connected', 'degraded'].includes(await state()));
      const pid = await place.serverPid();
      if (pid !== undefined && isAlive(pid)) process.kill(pid, 'SIGKILL');
      await until(() => pid === undefined || !isAlive(pid));
      await until(async () => (await place.serverPid()) !== pid && (await place.serverPid()) !== undefined);
    }
    await until(async () => (await state()) === 'degraded');
    const { stdout } = await place.run('status');
    expect(stdout).toContain('lost repeatedly');
    const server = (await place.serverPid())!;
    first.child.kill('SIGKILL');
    await first.ended;
    await place.start();
    await until(() => !isAlive(server));
    await json(place, 'call', 'save_setting', '{"key": "a", "value": true}');
  });

  it('LNK5 a service that was stopped for longer than its heartbeat allows keeps its session', async () => {
    await using place = await cliPlace('sidecar');
    const service = await place.start();
    const connection = async () =>
      (await json<{ connection: { state: string; since: string } }>(place, 'status')).connection;
    await until(async () => (await connection()).state === 'connected');
    const before = await connection();
    const server = await place.serverPid();
    process.kill(service.pid, 'SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 9_000));
    process.kill(service.pid, 'SIGCONT');
    await json(place, 'call', 'save_setting', '{"key": "a", "value": 1}');
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect(await connection()).toEqual(before);
    expect(await place.serverPid()).toBe(server);
  });

  it('CLI6 with --exit-with-parent the service ends in good order when its standard input does', async () => {
    await using place = await cliPlace('sidecar');
    const service = await place.start('--exit-with-parent');
    const server = (await place.serverPid())!;
    service.child.stdin.end();
    expect((await service.ended).code).toBe(0);
    expect(service.stderr).toContain('the parent closed standard input');
    expect(isAlive(server)).toBe(false);
  });

  it('CLI13 a host that closes the pipes of stdout and stderr does not end the service', async () => {
    await using place = await cliPlace('sidecar');
    const service = await place.start();
    service.child.stdout.destroy();
    service.child.stderr.destroy();
    await json(place, 'call', 'save_setting', '{"key": "a", "value": 1}');
    // Its end is logged.
    const server = (await place.serverPid())!;
    process.kill(server, 'SIGKILL');
    await until(async () => {
      const { engine } = await json<{ engine: { state: string; pid?: number } }>(place, 'status');
      return engine.state === 'ready' && engine.pid !== server;
    });
    expect(service.child.exitCode).toBeNull();
  });
});
