import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processFacts } from '../../../src/infra/database/sidecar/process-facts.ts';
import type { EngineStatus } from '../../../src/infra/database/engine.ts';
import {
  type Recorded,
  recordPath,
  serverRecord,
  isRunning,
  untilGone,
} from '../../support/server-record.ts';
import { sidecarHarness } from '../../support/sidecar-harness.ts';
import { describeWithServer, serverBinary } from '../../support/spacetimedb.ts';
import { runTypescript } from '../../support/typescript-child.ts';

describeWithServer('what a crash leaves', () => {
  it('ENG10 a server whose service was killed is ended by the next start, which keeps the identity', async () => {
    await using harness = await sidecarHarness({ settleMs: 0 });
    const { child, line } = await runTypescript('./run-engine.ts', [harness.dataDir, serverBinary()]);
    const orphan = (JSON.parse(line) as EngineStatus).pid!;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    expect(await isRunning(orphan)).toBe(true);
    await harness.engine.start();
    expect(await isRunning(orphan)).toBe(false);
    expect(harness.engine.status.pid).not.toBe(orphan);
  });

  it('ENG10 also a server whose service was killed before it could note the number', async () => {
    await using harness = await sidecarHarness({ settleMs: 0 });
    const { child, line } = await runTypescript('./run-engine.ts', [harness.dataDir, serverBinary()]);
    const orphan = (JSON.parse(line) as EngineStatus).pid!;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    const { pid: _pid, start_time: _startTime, ...announced } = await serverRecord(harness.dataDir);
    await writeFile(recordPath(harness.dataDir), JSON.stringify(announced), { mode: 0o600 });
    await harness.engine.start();
    expect(await isRunning(orphan)).toBe(false);
  });

  it('ENG10 a service that exits takes its server with it', async () => {
    await using harness = await sidecarHarness({ settleMs: 0 });
    const { child, line } = await runTypescript('./run-engine.ts', [harness.dataDir, serverBinary()]);
    const { pid } = JSON.parse(line) as EngineStatus;
    child.stdin.write('exit\n');
    await once(child, 'exit');
    await untilGone(pid!);
  });

  it('ENG11 a process that is not provably our old server is left alone', async () => {
    await using harness = await sidecarHarness({ settleMs: 0 });
    await harness.engine.start();
    const real = await serverRecord(harness.dataDir);
    await harness.engine.stop();
    const stranger = spawn('sleep', ['600'], { stdio: 'ignore' });
    try {
      const { startTime } = (await processFacts(stranger.pid!))!;
      const gone = { pid: real.owner.pid, start_time: 'long ago' };
      const records: Recorded[] = [
        { ...real, pid: stranger.pid!, owner: gone },
        { ...real, pid: stranger.pid!, start_time: startTime, owner: gone },
      ];
      for (const record of records) {
        await writeFile(recordPath(harness.dataDir), JSON.stringify(record), { mode: 0o600 });
        await harness.engine.start();
        await harness.engine.stop();
        expect(await isRunning(stranger.pid!)).toBe(true);
      }
    } finally {
      stranger.kill();
    }
  });

  it('ENG11 the server of a service that still runs is left alone, and the sentence names that service', async () => {
    await using harness = await sidecarHarness({ settleMs: 0 });
    await harness.engine.start();
    const second = harness.again();
    await expect(second.start()).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: expect.stringContaining(`process id ${process.pid}`),
    });
    expect(await isRunning(harness.engine.status.pid!)).toBe(true);
    await second.stop();
    expect(await isRunning(harness.engine.status.pid!)).toBe(true);
  });

  it('ENG11 a server on the data folder that is not ours is named by its process id', async () => {
    await using harness = await sidecarHarness({ settleMs: 0 });
    await harness.engine.start();
    await harness.engine.stop();
    const serverData = join(harness.dataDir, 'engine', 'sidecar');
    const keys = ['signing-key.pub.pem', 'signing-key.pem'].map((name) =>
      join(harness.dataDir, 'keys', name),
    );
    const [publicKey, privateKey] = keys as [string, string];
    const args = ['start', '--listen-addr', '127.0.0.1:0', '--data-dir', serverData];
    args.push('--jwt-pub-key-path', publicKey, '--jwt-priv-key-path', privateKey);
    const other = execFile(serverBinary(), args);
    try {
      const pidFile = join(serverData, 'spacetime.pid');
      while ((await readFile(pidFile, 'utf8').catch(() => '')).trim() !== String(other.pid)) await sleep(10);
      await expect(harness.engine.start()).rejects.toMatchObject({
        message: expect.stringContaining(`Process ${other.pid} already runs`),
      });
      expect(await isRunning(other.pid!)).toBe(true);
    } finally {
      other.kill('SIGKILL');
    }
  });

  it.each(['', 'version = ', 'garbage'])('ENG12 a metadata.toml of %j is restored', async (content) => {
    await using harness = await sidecarHarness({ settleMs: 0 });
    await harness.engine.start();
    await harness.engine.stop();
    const path = join(harness.dataDir, 'engine', 'sidecar', 'metadata.toml');
    const sound = await readFile(path, 'utf8');
    await writeFile(path, content);
    await harness.engine.start();
    expect(await readFile(path, 'utf8')).toBe(sound);
  });
});
