import { cp, mkdir, open, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedEngine } from '../../../src/infra/database/embedded-engine.ts';
import type { Engine } from '../../../src/infra/database/engine.ts';
import { SidecarEngine } from '../../../src/infra/database/sidecar/sidecar-engine.ts';
import { TYPESCRIPT_ARGV } from '../../support/embedded-harness.ts';
import { sidecarHarness } from '../../support/sidecar-harness.ts';
import { describeWithServer, serverBinary } from '../../support/spacetimedb.ts';
import { tempFolder } from '../../support/temp-folder.ts';

/** The reason and the sentence; the error and the status must say the same. */
async function failureOf(engine: Engine): Promise<{ reason: unknown; cause: string }> {
  const error = await engine.start().then(
    () => Promise.reject(new Error('it started')),
    (thrown: { code: string; message: string; details: Record<string, unknown> }) => thrown,
  );
  const { reason } = error.details;
  expect(error.code).toBe('ENGINE_UNAVAILABLE');
  expect(engine.status).toMatchObject({ state: 'failed', reason, cause: error.message });
  await engine.stop();
  return { reason, cause: error.message };
}

describe('faults of the embedded engine have names', () => {
  it('ENG28 a missing module', async () => {
    await using folder = await tempFolder();
    const wasmPath = join(folder.path, 'none.wasm');
    const engine = new EmbeddedEngine({ dataDir: folder.path, wasmPath, execArgv: TYPESCRIPT_ARGV });
    const { reason, cause } = await failureOf(engine);
    expect({ reason, cause }).toEqual({ reason: 'module_missing', cause: expect.stringContaining(wasmPath) });
  });

  it('ENG28 a file where its folder should be', async () => {
    await using folder = await tempFolder();
    await mkdir(join(folder.path, 'engine'), { mode: 0o700 });
    const inTheWay = join(folder.path, 'engine', 'embedded');
    await writeFile(inTheWay, 'a file');
    const engine = new EmbeddedEngine({ dataDir: folder.path, execArgv: TYPESCRIPT_ARGV });
    const { reason, cause } = await failureOf(engine);
    expect({ reason, cause }).toEqual({
      reason: 'folder_unreadable',
      cause: expect.stringContaining(`${inTheWay} cannot be created`),
    });
    expect(await readFile(inTheWay, 'utf8')).toBe('a file');
  });
});

describe('faults of the sidecar engine have names', () => {
  it('ENG28 a program that is no server', async () => {
    await using folder = await tempFolder();
    const { reason } = await failureOf(
      new SidecarEngine({ dataDir: folder.path, binary: join(folder.path, 'none') }),
    );
    expect(reason).toBe('binary_missing');
  });
});

describeWithServer('faults of the sidecar engine have names, on a server', () => {
  it('ENG28 a missing module', async () => {
    await using folder = await tempFolder();
    const wasmPath = join(folder.path, 'none.wasm');
    const engine = new SidecarEngine({ dataDir: folder.path, binary: serverBinary(), wasmPath });
    expect((await failureOf(engine)).reason).toBe('module_missing');
  });

  it('ENG28 a commit log with a broken byte is named and left as it is, and the whole one serves again', async () => {
    await using harness = await sidecarHarness();
    await harness.engine.start();
    await harness.engine.stop();
    const data = join(harness.dataDir, 'engine', 'sidecar');
    const whole = join(harness.dataDir, 'whole');
    await cp(data, whole, { recursive: true });
    const path = join(data, 'replicas', '1', 'clog', '00000000000000000000.stdb.log');
    const log = await open(path, 'r+');
    await log.write(Buffer.from('broken'), 0, 6, 0);
    await log.close();
    const { size } = await stat(path);
    const engine = harness.again();
    const { reason, cause } = await failureOf(engine);
    expect(reason).toBe('log_corrupt');
    expect(cause).toMatch(/commit log in .*engine.sidecar .*heycat restore --latest/);
    expect((await stat(path)).size).toBe(size);
    expect((await readFile(path)).subarray(0, 6).toString()).toBe('broken');
    expect(await readdir(join(data, 'replicas', '1'))).toContain('clog');
    await cp(whole, data, { recursive: true });
    await engine.start();
    expect(engine.status).not.toHaveProperty('reason');
  });
});
