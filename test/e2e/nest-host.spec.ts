import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { createHeycat } from '../../src/heycat.ts';
import { HeycatClient } from '../../src/infra/ipc/client/client.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { eventually } from '../support/service.ts';

const typescript = pathToFileURL(join(process.cwd(), 'test/support/register-typescript.mjs')).href;

/** The example with a data folder and any port; resolves when it listens. */
async function runExample(dataDir: string, runtimeDir: string) {
  const args = ['--no-warnings', '--import', typescript, 'examples/nest-host.ts', dataDir, '0'];
  const env = { ...process.env, HEYCAT_RUNTIME_DIR: runtimeDir };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const url = /http:\S+/.exec(line)![0];
  const get = async (path: string): Promise<unknown> => (await fetch(`${url}/${path}`)).json();
  const post = async (path: string, body: object = {}): Promise<unknown> => {
    const headers = { 'content-type': 'application/json' };
    return (await fetch(`${url}/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).json();
  };
  return { child, get, post };
}

it('APP42 examples/nest-host.ts has the service inside a Nest application, with a microphone of its own', async () => {
  await using folder = await tempFolder();
  const [dataDir, runtimeDir] = [join(folder.path, 'data'), join(folder.path, 'run')];
  const { child, get, post } = await runExample(dataDir, runtimeDir);
  try {
    const word = { trigger: 'brb', replacement: 'be right back' };
    expect(await post('words', word)).toMatchObject({ status: 'applied', seq: 1 });
    expect(await get('words')).toEqual([word]);

    // Its own microphone hums; this machine has none.
    const takes = (await post('take')) as { file_path: string }[];
    expect(takes).toHaveLength(1);
    const client = await HeycatClient.connect({ runtimeDir });
    await eventually(async () => {
      const { recordings } = await client.call<{ recordings: { duration_ms: number }[] }>('list_recordings');
      return recordings[0]!.duration_ms >= 500;
    });
    await client.close();
  } finally {
    child.kill('SIGTERM');
  }
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
  expect(signal).toBe('SIGTERM');
  // Ended by Nest's hooks: nothing is left in the runtime folder, and the data folder is free with all that it had.
  expect(await readdir(runtimeDir)).toEqual([]);
  const next = await createHeycat({ dataDir, listen: false });
  await eventually(async () => {
    const { entries } = await next.call<{ entries: object[] }>('list_dictionary_entries');
    return entries.length === 1;
  });
  await next.close();
});
