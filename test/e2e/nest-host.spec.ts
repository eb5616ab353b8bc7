import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CommandBus } from '@nestjs/cqrs';
import { createHeycat } from '../../src/heycat.ts';
import { HeycatModule, ReadModels, SaveSetting, settings } from '../../src/nest.ts';
import { HeycatClient } from '../../src/infra/ipc/client/client.ts';
import { testedEngine } from '../support/engines.ts';
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

it('APP42 its options may come from a provider of the application', async () => {
  await using folder = await tempFolder();
  const place = { dataDir: folder.path, engine: testedEngine('embedded', folder.path).engine, listen: false };
  const PLACE = Symbol('place');

  @Module({ providers: [{ provide: PLACE, useValue: place }], exports: [PLACE] })
  class PlaceModule {}

  const useFactory = (found: typeof place) => found;
  @Module({
    imports: [HeycatModule.forRootAsync({ imports: [PlaceModule], inject: [PLACE], useFactory })],
  })
  class HostModule {}

  const app = await NestFactory.createApplicationContext(HostModule, { logger: false, abortOnError: false });
  try {
    const command = Object.assign(new SaveSetting(), { key: 'from', value: 'a provider', wait_ms: 30_000 });
    await app.get(CommandBus, { strict: false }).execute(command);
    expect(app.get(ReadModels, { strict: false }).read(settings).get('from')?.value).toBe('a provider');
  } finally {
    await app.close();
  }
});
