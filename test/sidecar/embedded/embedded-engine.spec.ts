import { cp, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineIdentity } from '../../../src/infra/database/identity/engine-identity.ts';
import { callFrame, saveSettingFrame, SERVER_TAG, subscribeFrame } from '../../support/bsatn-frames.ts';
import { changeBytesBehind } from '../../support/change-byte.ts';
import { nextFrame } from '../../contract/engine.contract.ts';
import { embeddedHarness } from '../../support/embedded-harness.ts';
import { readServerFrame } from '../../support/server-frames.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { text } from '../../unit/database/embedded/host/bsatn.ts';
import { puppetModule } from '../../unit/database/embedded/host/puppet-module.ts';

const NOTES = {
  name: 'notes',
  columns: [['text', 'string']] as [name: string, type: 'string'][],
  indexes: [],
  uniques: [],
};

describe('the embedded engine', () => {
  it('EMB13 a reducer that never returns is ended and reported, and the engine goes on', async () => {
    await using folder = await tempFolder();
    const wasmPath = join(folder.path, 'puppet.wasm');
    const note = { table: 4096, row: text('a note') };
    const reducers = [
      { name: 'spin', ...note, ending: 'loop' as const },
      { name: 'note', ...note, ending: 'ok' as const },
    ];
    await writeFile(wasmPath, puppetModule([NOTES], reducers));
    await using harness = await embeddedHarness({ wasmPath, callMs: 300 });
    const endpoint = await harness.engine.start();
    const [caller, bystander] = await Promise.all([endpoint.connect(5_000), endpoint.connect(5_000)]);
    const ended = new Promise((resolve) => (bystander.onclose = resolve));
    const failed = nextFrame(caller, SERVER_TAG.transactionUpdate);
    caller.send(callFrame('spin', new Uint8Array()));
    expect(readServerFrame(await failed)).toMatchObject({
      kind: 'failed',
      call: { reducer: 'spin', caller: endpoint.identity },
      error: expect.stringContaining('ran longer than 0.3 s'),
    });
    await ended;
    expect(harness.engine.status.state).toBe('ready');
    const again = await endpoint.connect(5_000);
    const noted = nextFrame(again, SERVER_TAG.transactionUpdate);
    again.send(callFrame('note', new Uint8Array()));
    expect(readServerFrame(await noted)).toMatchObject({ kind: 'committed' });
  });

  it('EMB14 a folder that this process has open already is refused, and free again after a stop', async () => {
    await using harness = await embeddedHarness();
    const second = harness.again();
    await harness.engine.start();
    await expect(second.start()).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: expect.stringContaining('open already'),
    });
    (await (await harness.engine.start()).connect(5_000)).close();
    await harness.engine.stop();
    await second.start();
  });

  it('EMB14 a module that is missing or no module fails the start with what to do', async () => {
    await using harness = await embeddedHarness({ wasmPath: '/nowhere/module.wasm' });
    await expect(harness.engine.start()).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: expect.stringContaining('npm run build:module'),
    });
    expect(harness.engine.status.state).toBe('failed');
    await harness.again({ wasmPath: undefined as never }).start();
  });

  it('EMB14 folders and files are closed to other users', async () => {
    await using harness = await embeddedHarness();
    const endpoint = await harness.engine.start();
    const socket = await endpoint.connect(5_000);
    const saved = nextFrame(socket, SERVER_TAG.transactionUpdate);
    socket.send(saveSettingFrame('theme', 'dark'));
    await saved;
    const folder = join(harness.dataDir, 'engine', 'embedded');
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    for (const name of await readdir(folder)) expect((await stat(join(folder, name))).mode & 0o077).toBe(0);
  });

  it('EMB21 a row that is damaged on the disk ends the engine, which says so and stays ended', async () => {
    await using harness = await embeddedHarness();
    const socket = await (await harness.engine.start()).connect(5_000);
    // As much as moves from the log into the file when it is closed.
    for (let index = 0; index < 25; index++) {
      const saved = nextFrame(socket, SERVER_TAG.transactionUpdate);
      socket.send(saveSettingFrame(`key_${index}`, `value ${index} ${'x'.repeat(50_000)}`));
      await saved;
    }
    await harness.engine.stop();
    const data = join(harness.dataDir, 'engine', 'embedded');
    await cp(data, `${data}.whole`, { recursive: true });
    await changeBytesBehind(join(data, 'data.mdb'), 'value 7 ');
    const again = harness.again();
    const reader = await (await again.start()).connect(5_000);
    const told: string[] = [];
    again.onExit = (cause) => told.push(cause);
    const ended = new Promise((resolve) => (reader.onclose = resolve));
    reader.send(subscribeFrame('SELECT * FROM settings'));
    await ended;
    expect(told).toEqual([expect.stringContaining('data.mdb is damaged')]);
    expect(again.status).toMatchObject({ state: 'failed', reason: 'log_corrupt' });
    await expect(again.start()).rejects.toMatchObject({ details: { reason: 'log_corrupt' } });
    await again.stop();
    await expect(again.start()).rejects.toMatchObject({ details: { reason: 'log_corrupt' } });
    // As when a backup takes its place.
    await rename(data, `${data}.old-1`);
    await rename(`${data}.whole`, data);
    await again.start();
  });

  it('EMB15 the owner is the deployer, the user is admitted, and both are who a server would say', async () => {
    await using harness = await embeddedHarness();
    const endpoint = await harness.engine.start();
    const identity = await EngineIdentity.load(join(harness.dataDir, 'keys'));
    expect(endpoint.identity).toBe(identity.identity('user'));
    const deployer = await harness.engine.connectAs(identity.identity('deployer'), 5_000);
    const admitted = nextFrame(deployer, SERVER_TAG.transactionUpdate);
    deployer.send(callFrame('admit_member', new Uint8Array(32).fill(1)));
    expect(readServerFrame(await admitted)).toMatchObject({ kind: 'committed' });
    const user = await endpoint.connect(5_000);
    const refused = nextFrame(user, SERVER_TAG.transactionUpdate);
    user.send(callFrame('admit_member', new Uint8Array(32).fill(2)));
    expect(readServerFrame(await refused)).toMatchObject({
      kind: 'failed',
      error: expect.stringContaining('NOT_AUTHORIZED'),
    });
  });
});
