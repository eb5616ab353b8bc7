import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineIdentity } from '../../../src/infra/database/identity/engine-identity.ts';
import { listenersOf } from '../../../src/infra/database/sidecar/listen-address.ts';
import { sidecarHarness } from '../../support/sidecar-harness.ts';
import { serverRecord } from '../../support/server-record.ts';
import { describeWithServer } from '../../support/spacetimedb.ts';

describeWithServer('the server process', () => {
  it('ENG13 the real server listens on 127.0.0.1 and nowhere else', async () => {
    await using harness = await sidecarHarness({ settleMs: 0 });
    await harness.engine.start();
    const { pid, port } = await serverRecord(harness.dataDir);
    expect(pid).toBe(harness.engine.status.pid);
    expect(await listenersOf(pid)).toEqual([`127.0.0.1:${port}`]);
  });

  it('ENG15 keys, record and log are closed to other users, and no token is in the logs', async () => {
    await using harness = await sidecarHarness({ settleMs: 0 });
    const endpoint = await harness.engine.start();
    (await endpoint.connect(10_000)).close();
    const modeOf = async (...path: string[]) => (await stat(join(harness.dataDir, ...path))).mode & 0o777;
    expect(await modeOf('keys')).toBe(0o700);
    expect(await modeOf('keys', 'signing-key.pem')).toBe(0o600);
    expect(await modeOf('keys', 'signing-key.pub.pem')).toBe(0o600);
    expect(await modeOf('engine', 'sidecar')).toBe(0o700);
    expect(await modeOf('engine', 'sidecar.json')).toBe(0o600);
    expect(await modeOf('logs', 'spacetimedb.log')).toBe(0o600);
    expect(await readFile(join(harness.dataDir, 'logs', 'spacetimedb.log'), 'utf8')).not.toMatch(/eyJ/);
  });

  it('ENG16 the server knows us under the identities that we compute', async () => {
    await using harness = await sidecarHarness({ settleMs: 0 });
    const endpoint = await harness.engine.start();
    const identity = await EngineIdentity.load(join(harness.dataDir, 'keys'));
    expect(identity.identity('user')).toBe(endpoint.identity);
    expect(identity.identity('deployer')).toMatch(/^c200[0-9a-f]{60}$/);
  });

  it('ENG17 a connection to a server that hangs is given up after its deadline', async () => {
    await using harness = await sidecarHarness({ settleMs: 0 });
    const endpoint = await harness.engine.start();
    const { pid } = await serverRecord(harness.dataDir);
    process.kill(pid, 'SIGSTOP');
    try {
      await expect(endpoint.connect(300)).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    (await endpoint.connect(10_000)).close();
  });
});
