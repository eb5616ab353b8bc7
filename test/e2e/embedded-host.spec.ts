import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { createHeycat } from '../../src/heycat.ts';
import { describeOnEngines, testedEngine } from '../support/engines.ts';
import { startService } from '../support/service.ts';
import { tempFolder } from '../support/temp-folder.ts';

const root = process.cwd();
const typescript = pathToFileURL(join(root, 'test/support/register-typescript.mjs')).href;

interface Ended {
  code: number | null;
  stdout: string[];
  stderr: string;
}

/** Runs a Node process to its own end: nobody stops it. */
async function run(args: string[]): Promise<Ended> {
  const child = spawn(process.execPath, ['--no-warnings', ...args], { cwd: root });
  const [out, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { code, stdout: out.split('\n').filter((line) => line !== ''), stderr };
}

/** What a host that has the package would write; in the package itself its name leads to dist/. */
const HOST = `
  import { createHeycat, HeycatError } from 'heycat-backend';
  const [dataDir, engine] = process.argv.slice(1);
  const heycat = await createHeycat({ engine, dataDir, runtimeDir: dataDir + '/run' });
  const types = [];
  const unsubscribe = await heycat.subscribe({ types: ['setting_updated'] }, ({ type }) => types.push(type));
  await heycat.call('save_setting', { key: 'host', value: 1, wait_ms: 30000 });
  await unsubscribe();
  await heycat.call('save_setting', { key: 'host', value: 2 });
  const { settings } = await heycat.call('get_settings');
  const refusal = await heycat.call('delete_setting', { key: 'none' }).catch((error) => error);
  await Promise.all([heycat.close(), heycat.close()]);
  const late = await heycat.call('save_setting', { key: 'late', value: 1, wait_ms: 50 }).catch((error) => error);
  console.log(JSON.stringify({ types, settings, isOurs: refusal instanceof HeycatError, code: refusal.code, late: late.code }));
`;

describeOnEngines('the service inside a host', (engine) => {
  it('APP33 the built package serves its host, writes nothing to its stdout or stderr, and lets it end', async () => {
    await using folder = await tempFolder();
    const host = await run(['--input-type=module', '-e', HOST, folder.path, engine]);
    expect(host).toMatchObject({ code: 0, stderr: '' });
    expect(host.stdout.map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        types: ['setting_updated'],
        settings: { host: 2 },
        isOurs: true,
        code: 'NOT_FOUND',
        late: 'NOT_READY',
      },
    ]);
    expect(await readdir(join(folder.path, 'run'))).toEqual([]);
  });

  it('APP35 a second service on the data folder is refused with the process that has it', async () => {
    await using service = await startService(engine);
    const second = createHeycat({ dataDir: service.dataDir, runtimeDir: join(service.dataDir, 'other') });
    await expect(second).rejects.toMatchObject({
      code: 'BUSY',
      message: expect.stringContaining(`${process.pid}`),
    });
    expect(await service.heycat.call('get_status')).toMatchObject({ engine: { state: 'ready' } });
  });

  it('APP35 a start that fails because its socket is taken leaves its data folder free', async () => {
    await using service = await startService(engine);
    await using folder = await tempFolder();
    const options = { dataDir: folder.path, engine: testedEngine(engine, folder.path).engine };
    const second = createHeycat({ ...options, runtimeDir: service.runtimeDir });
    await expect(second).rejects.toMatchObject({ code: 'BUSY' });
    const third = await createHeycat({
      dataDir: folder.path,
      engine: testedEngine(engine, folder.path).engine,
      listen: false,
    });
    await third.close();
  });
});

describe('the embedding example', () => {
  it('APP34 examples/embedded.ts runs as it stands', async () => {
    await using folder = await tempFolder();
    const { code, stdout, stderr } = await run(['--import', typescript, 'examples/embedded.ts', folder.path]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('entry 1 at 1: be right back');
    expect(stdout).toContainEqual(expect.stringMatching(/^event: 1 dictionary_updated .*"action":"added"/));
  });
});
