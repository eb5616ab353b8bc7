import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HeycatError } from '../../../../src/errors.ts';
import { SidecarEngine } from '../../../../src/infra/database/sidecar/sidecar-engine.ts';
import { fakeServer } from '../../../support/fake-program.ts';
import { isRunning } from '../../../support/server-record.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

/** Starts an engine on a server that misbehaves: the refusal, and the process ids it was started as. */
async function startWith(
  behaviour: string,
  readyMs = 10_000,
): Promise<{ error: HeycatError; pids: number[] }> {
  await using folder = await tempFolder();
  const binary = await fakeServer(folder.path, behaviour);
  const engine = new SidecarEngine({ dataDir: join(folder.path, 'data'), binary, readyMs, settleMs: 0 });
  const error = await engine.start().then(
    () => Promise.reject(new Error('it started')),
    (thrown: HeycatError) => thrown,
  );
  expect(engine.status).toMatchObject({ state: 'failed', version: '9.8.7', cause: error.message });
  await engine.stop();
  const starts = await readFile(join(folder.path, 'starts'), 'utf8').catch(() => '');
  return { error, pids: starts.split('\n').filter(Boolean).map(Number) };
}

const onLinux = process.platform === 'linux' ? it : it.skip;

describe('starting a server', () => {
  onLinux.each([
    ['every address', `http.createServer(answer).listen(port, '0.0.0.0');`, '0.0.0.0:'],
    ['every IPv6 address', `http.createServer(answer).listen(port, '::');`, '[0000'],
    [
      'a second address',
      `http.createServer(answer).listen(0, '0.0.0.0', () => http.createServer(answer).listen(port, '127.0.0.1'));`,
      '0.0.0.0:',
    ],
    ['another port', `http.createServer(answer).listen(0, '127.0.0.1');`, '127.0.0.1:'],
  ])('ENG13 a server that binds %s is killed and refused', async (_what, behaviour, address) => {
    const { error, pids } = await startWith(behaviour);
    expect(error.code).toBe('ENGINE_UNAVAILABLE');
    expect(error.details['address']).toContain(address);
    expect(pids).toHaveLength(1);
    expect(await isRunning(pids[0]!)).toBe(false);
  });

  it('ENG14 a port that was taken meanwhile is tried again, three times in all', async () => {
    const { error, pids } = await startWith(
      `console.error('Error: Address already in use (os error 98)'); process.exit(1);`,
    );
    expect(pids).toHaveLength(3);
    expect(error.message).toContain('Address already in use');
  });

  it('ENG18 a server that ends early fails the start with its last lines, without tokens or colours', async () => {
    const { error, pids } = await startWith(
      `console.error('\\u001b[31mError:\\u001b[0m cannot read eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ1In0.c2ln now\\n\\n' +
        'Stack backtrace:\\n 0: main'); process.exit(3);`,
    );
    expect(pids).toHaveLength(1);
    expect(error.message).toContain('ended with code 3 while starting: Error: cannot read [token] now');
    for (const unfit of ['eyJ', 'backtrace', '\u001b']) expect(error.message).not.toContain(unfit);
  });

  it('ENG18 a server that is not ready in time is killed', async () => {
    const { error, pids } = await startWith(
      `setInterval(() => {}, 1000); process.on('SIGTERM', () => {});`,
      500,
    );
    expect(error.message).toContain('not ready within 500 ms');
    for (const pid of pids) expect(await isRunning(pid)).toBe(false);
  });

  it('ENG18 a program that cannot be run is a sentence', async () => {
    await using folder = await tempFolder();
    const engine = new SidecarEngine({ dataDir: folder.path, binary: join(folder.path, 'none') });
    await expect(engine.start()).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: expect.stringContaining('does not run as a SpacetimeDB server'),
    });
  });
});
