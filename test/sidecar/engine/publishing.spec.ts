import { appendFile, copyFile, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineIdentity } from '../../../src/infra/database/identity/engine-identity.ts';
import { modulePath } from '../../../src/infra/database/module-file.ts';
import { ServerApi } from '../../../src/infra/database/sidecar/server-api.ts';
import { nextFrame } from '../../contract/engine.contract.ts';
import { saveSettingFrame, SERVER_TAG, subscribeFrame } from '../../support/bsatn-frames.ts';
import { sidecarHarness, strangerToken, type SidecarHarness } from '../../support/sidecar-harness.ts';
import { describeWithServer } from '../../support/spacetimedb.ts';

const DATABASE = 'heycat-data';

function serverFile(harness: SidecarHarness, name: string): string {
  return join(harness.dataDir, 'engine', 'sidecar', name);
}

async function publishedAt(harness: SidecarHarness): Promise<number> {
  return (await stat(serverFile(harness, 'published.json'))).mtimeMs;
}

/** The same module with other bytes: an empty custom section at its end. */
async function otherModule(harness: SidecarHarness): Promise<string> {
  const path = join(harness.dataDir, 'other.wasm');
  await copyFile(modulePath(), path);
  await appendFile(path, Buffer.from([0, 2, 1, 0x61]));
  return path;
}

describeWithServer('publishing', () => {
  it('ENG7 the module is published once, and again only when it differs; the data stay', async () => {
    await using harness = await sidecarHarness({ settleMs: 700 });
    const first = await harness.engine.start();
    const writer = await first.connect(10_000);
    const saved = nextFrame(writer, SERVER_TAG.transactionUpdate);
    writer.send(saveSettingFrame('theme', 'kept over an update'));
    await saved;
    const created = await publishedAt(harness);
    await harness.engine.stop();
    await harness.engine.start();
    expect(await publishedAt(harness)).toBe(created);
    await harness.engine.stop();

    const updated = await harness.again({ wasmPath: await otherModule(harness) }).start();
    expect(await publishedAt(harness)).toBeGreaterThan(created);
    const reader = await updated.connect(10_000);
    const applied = nextFrame(reader, SERVER_TAG.subscribeMultiApplied);
    reader.send(subscribeFrame(`SELECT * FROM settings WHERE owner_identity = 0x${updated.identity}`));
    expect(Buffer.from(await applied).toString('latin1')).toContain('kept over an update');
  });

  it('ENG7 a database that vanished is published again, whatever the record says', async () => {
    await using harness = await sidecarHarness();
    const first = await harness.engine.start();
    await harness.engine.stop();
    const folder = serverFile(harness, '.');
    const names = (await readdir(folder)).filter((name) => name !== 'published.json');
    await Promise.all(names.map((name) => rm(join(folder, name), { recursive: true })));
    const second = await harness.engine.start();
    expect(second.identity).toBe(first.identity);
    (await second.connect(10_000)).close();
  });

  it('ENG8 a module that the server refuses fails the start with the text of the server', async () => {
    await using harness = await sidecarHarness();
    const wasmPath = join(harness.dataDir, 'broken.wasm');
    await writeFile(wasmPath, 'not a module');
    const engine = harness.again({ wasmPath });
    await expect(engine.start()).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: expect.stringMatching(/did not take the module \(HTTP \d+\): .*\w/s),
    });
    expect(engine.status).toMatchObject({ state: 'failed', cause: expect.stringContaining('module') });
    expect(engine.status.pid).toBeUndefined();
  });

  it('ENG8 a missing module is a sentence that names the file', async () => {
    await using harness = await sidecarHarness();
    const engine = harness.again({ wasmPath: join(harness.dataDir, 'none.wasm') });
    await expect(engine.start()).rejects.toMatchObject({
      message: expect.stringContaining('none.wasm is missing'),
    });
  });

  it('ENG9 a database that belongs to another identity is refused, not taken over', async () => {
    await using harness = await sidecarHarness();
    await harness.engine.start();
    await harness.engine.stop();
    await rename(join(harness.dataDir, 'keys'), join(harness.dataDir, 'lost-keys'));
    const before = await readFile(serverFile(harness, 'published.json'), 'utf8');
    await expect(harness.engine.start()).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: expect.stringContaining('belongs to another identity'),
    });
    expect(await readFile(serverFile(harness, 'published.json'), 'utf8')).toBe(before);
  });

  it('ENG4 a stranger and the user cannot publish over HTTP, and a stranger cannot call a reducer', async () => {
    await using harness = await sidecarHarness();
    await harness.engine.start();
    const api = new ServerApi(await harness.origin());
    try {
      const wasm = await readFile(modulePath());
      const stranger = await strangerToken(api.origin);
      const identity = await EngineIdentity.load(join(harness.dataDir, 'keys'));
      for (const token of [stranger, await identity.token('user')]) {
        await expect(api.publish(DATABASE, token, wasm)).rejects.toMatchObject({
          code: 'ENGINE_UNAVAILABLE',
        });
      }
      const call = api.call(DATABASE, { reducer: 'heartbeat', args: [1], token: stranger });
      await expect(call).rejects.toMatchObject({ code: 'NOT_AUTHORIZED' });
      await api.call(DATABASE, { reducer: 'heartbeat', args: [1], token: await identity.token('user') });
    } finally {
      await api.close();
    }
  });
});
