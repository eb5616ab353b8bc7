import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HeycatClient } from '../../src/infra/ipc/client/client.ts';
import { CliRun } from '../support/cli.ts';
import { describeOnEngines } from '../support/engines.ts';
import { readLog, readModels } from '../support/read-back.ts';
import { eventually, startService, type Heard } from '../support/service.ts';
import { describeWithServer } from '../support/spacetimedb.ts';
import type { Applied } from './command-cases/case.ts';
import { serverThat } from './server-that.ts';

interface Status {
  last_seq: number;
  queue: { pending: number; dead: number };
  engine: { pid: number; state: string };
}

const send = (client: HeycatClient, params: object) => client.call<Applied>('save_setting', params);
const statusOf = (client: HeycatClient) => client.call<Status>('get_status');

async function signal(client: HeycatClient, name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): Promise<void> {
  const { engine } = await statusOf(client);
  process.kill(engine.pid, name);
}

describeOnEngines('the engine dies under the service', (engine) => {
  it('APP29 commands under way when the engine dies are applied or queued, and all of them are there once', async () => {
    await using service = await startService(engine);
    const client = await service.connect();
    const heard = await service.hear({ types: ['connection_status', 'sync_complete'] });
    const commands = Array.from({ length: 400 }, (_, index) => ({
      command_id: randomUUID(),
      trigger: `word ${index}`,
      replacement: 'r',
      wait_ms: 1_000,
    }));
    const send = (command: object) => client.call<Applied>('add_dictionary_entry', command);

    // The kill falls among them.
    const statuses: string[] = [];
    let [next, answered] = [0, 0];
    const worker = async () => {
      for (let command = commands[next++]; command !== undefined; command = commands[next++]) {
        statuses.push((await send(command)).status);
        if ((answered += 1) === 150) await service.crashEngine();
      }
    };
    await Promise.all(Array.from({ length: 100 }, worker));

    expect(new Set([...statuses, 'applied', 'queued'])).toEqual(new Set(['applied', 'queued']));
    expect(statuses).toHaveLength(commands.length);
    const down = await heard.first(({ payload }) => payload['connected'] === false);
    expect(down.payload['error']).toMatch(/SIGKILL|as by a crash|closed the connection|broke/);
    await isBack(heard);
    expect(heard.events[heard.events.indexOf(down) + 1]?.type).toBe('sync_complete');
    await eventually(async () => (await statusOf(client)).queue.pending === 0);

    const events = await readLog(client);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    const ids = events.map(({ command_id }) => command_id!);
    expect(ids.toSorted()).toEqual(commands.map(({ command_id }) => command_id).toSorted());

    const before = await readModels(service.heycat);
    await service.restart();
    expect(await readModels(service.heycat)).toEqual(before);
  });
});

describeWithServer('the server dies under the service', () => {
  it('APP30 reads are answered while there is no server', async () => {
    await using server = await serverThat('if [ -e "$HERE/wait" ]; then sleep 1; fi');
    await using service = await startService('sidecar');
    const client = await service.connect();
    const heard = await service.hear({ types: ['connection_status'] });
    const { seq } = await client.call<Applied>('save_setting', { key: 'kept', value: 1 });
    await writeFile(join(server.folder, 'wait'), '');
    await signal(client, 'SIGKILL');
    await heard.first(({ payload }) => payload['connected'] === false);
    expect(await client.call('get_settings')).toMatchObject({ settings: { kept: 1 }, as_of_seq: seq });
    const command_id = randomUUID();
    const queued = { command_id, key: 'kept', value: 2, wait_ms: 0 };
    expect(await client.call('save_setting', queued)).toMatchObject({ status: 'queued', position: 2 });
    expect(await client.call('get_command', { command_id })).toMatchObject({ status: 'queued', position: 2 });
    await isBack(heard);
    expect(await send(client, { ...queued, wait_ms: 20_000 })).toMatchObject({ status: 'applied', seq: 2 });
    expect((await statusOf(client)).engine.state).toBe('ready');
  });

  it('APP31 a server that hangs is noticed within seconds, and what it was asked happens once', async () => {
    await using service = await startService('sidecar');
    const client = await service.connect();
    const heard = await service.hear({ types: ['connection_status'] });
    const { engine } = await statusOf(client);
    process.kill(engine.pid, 'SIGSTOP');
    const since = performance.now();
    const command = { command_id: randomUUID(), key: 'hung', value: 1 };
    expect(await client.call('save_setting', command)).toMatchObject({ status: 'queued' });
    await heard.first(({ payload }) => payload['connected'] === false);
    expect(performance.now() - since).toBeLessThan(15_000);
    process.kill(engine.pid, 'SIGCONT');
    await isBack(heard);
    const { seq } = await client.call<Applied>('save_setting', { ...command, wait_ms: 10_000 });
    const { last_seq } = await statusOf(client);
    expect({ seq, last_seq }).toEqual({ seq: 1, last_seq: 1 });
  });

  it('APP32 a server that forgot its last writes is given them again, and no client notices', async () => {
    const script = `if [ "$1" = start ]; then
      if [ -e "$HERE/rewind" ]; then rm -rf "$5" && cp -r "$HERE/earlier" "$5" && rm "$HERE/rewind"
      else rm -rf "$HERE/earlier" && cp -r "$5" "$HERE/earlier"; fi
    fi`;
    await using server = await serverThat(script);
    await using service = await startService('sidecar');
    const client = await service.connect();
    const save = (key: string) =>
      client.command<Applied>('save_setting', { key, value: key, wait_ms: 10_000 });
    for (const key of ['a', 'b']) await save(key);
    await service.restart();
    const heard = await service.hear({ areas: ['settings'], types: ['setting_updated'] });
    const lost = ['lost one', 'lost two', 'lost three'];
    for (const key of lost) await save(key);
    const before = await readLog(client);
    await writeFile(join(server.folder, 'rewind'), '');
    await signal(client, 'SIGKILL');
    const { seq } = await save('new');
    expect(seq).toBe(6);
    await heard.first((event) => event.seq === seq);
    expect({ gaps: heard.gaps, keys: heard.events.map(({ entity_id }) => entity_id) }).toEqual({
      gaps: 0,
      keys: [...lost, 'new'],
    });
    expect((await readLog(client)).slice(0, 5)).toEqual(before);
    const { settings } = await client.call<{ settings: object }>('get_settings');
    expect(Object.keys(settings).toSorted()).toEqual(['a', 'b', ...lost, 'new'].toSorted());
  });

  it('APP40 a command that was given up is listed, retried and dropped, also from the command line', async () => {
    await using server = await serverThat('if [ -e "$HERE/wait" ]; then sleep 1; fi');
    await using service = await startService('sidecar');
    const client = await service.connect();
    const heard = await service.hear({
      types: ['connection_status', 'queued_command_applied', 'queued_command_failed'],
    });
    await writeFile(join(server.folder, 'wait'), '');
    await signal(client, 'SIGKILL');
    await heard.first(({ payload }) => payload['connected'] === false);
    const ids = [randomUUID(), randomUUID(), randomUUID()];
    for (const command_id of ids)
      await client.call('add_voice_command', {
        command_id,
        phrase: 'hello',
        action_type: 'open_app',
        wait_ms: 0,
      });
    const endOf = (id: string) =>
      heard.first(({ type, payload }) => type.startsWith('queued_command_') && payload['command_id'] === id);
    expect(await endOf(ids[0]!)).toMatchObject({
      type: 'queued_command_applied',
      payload: { seq: 1, result: { id: 1 } },
    });
    for (const id of ids.slice(1))
      expect(await endOf(id)).toMatchObject({
        type: 'queued_command_failed',
        payload: { code: 'DUPLICATE' },
      });
    expect((await statusOf(client)).queue).toEqual({ pending: 0, dead: 2 });
    expect(await client.call('get_command', { command_id: ids[1] })).toMatchObject({
      status: 'failed',
      code: 'DUPLICATE',
    });
    const { commands } = await client.call<{ commands: object[] }>('list_queue');
    expect(commands).toMatchObject([
      { command_id: ids[1], reducer: 'add_voice_command' },
      { command_id: ids[2] },
    ]);

    const heycat = (...args: string[]) =>
      new CliRun([...args, '--runtime-dir', service.runtimeDir], process.env).ended;
    expect((await heycat('queue', 'list')).stdout.split('\n')[0]).toMatch(
      /failed .*add_voice_command .*DUPLICATE/,
    );
    expect(await heycat('queue', 'drop', ids[1]!)).toMatchObject({ code: 0 });
    expect(await heycat('queue', 'retry', ids[2]!)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('DUPLICATE'),
    });
    expect((await heycat('queue', 'list')).stdout).toBe(
      'No command is waiting, and there are no dead letters.\n',
    );
    await expect(client.call('drop_command', { command_id: ids[1] })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});

/** The server is back and told so, without a gap. */
async function isBack(heard: Heard): Promise<void> {
  await heard.first(({ payload }) => payload['connected'] === false);
  await eventually(
    () => heard.events.findLast(({ payload }) => 'connected' in payload)?.payload['connected'] === true,
  );
  expect(heard.gaps).toBe(0);
}
