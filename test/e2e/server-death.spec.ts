import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClientEvent, Gap, HeycatClient, HeycatError } from '../../src/infra/ipc/client.ts';
import { describeOnEngines } from '../support/engines.ts';
import { readLog, readModels } from '../support/read-back.ts';
import { eventually, startService, type Heard } from '../support/service.ts';
import { describeWithServer } from '../support/spacetimedb.ts';
import type { Applied } from './command-cases/case.ts';
import { serverThat } from './server-that.ts';

interface Status {
  last_seq: number;
  engine: { pid: number; state: string };
}

const statusOf = (client: HeycatClient) => client.call<Status>('get_status');

async function signal(client: HeycatClient, name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): Promise<void> {
  const { engine } = await statusOf(client);
  process.kill(engine.pid, name);
}

describeOnEngines('the engine dies under the service', (engine) => {
  it('APP29 commands under way are told so, the server comes back, and a retry happens exactly once', async () => {
    await using service = await startService(engine);
    const client = await service.connect();
    const heard = await service.hear({ types: ['connection_status', 'sync_complete'] });
    const commands = Array.from({ length: 400 }, (_, index) => ({
      command_id: randomUUID(),
      trigger: `word ${index}`,
      replacement: 'r',
      wait_ms: 10_000,
    }));
    const send = (command: object) => client.call<Applied>('add_dictionary_entry', command);

    // The kill falls among them: some are answered, some are not.
    const errors: HeycatError[] = [];
    let [next, answered] = [0, 0];
    const worker = async () => {
      for (let command = commands[next++]; command !== undefined; command = commands[next++]) {
        await send(command).catch((error: HeycatError) => errors.push(error));
        if ((answered += 1) === 150) await service.crashEngine();
      }
    };
    await Promise.all(Array.from({ length: 100 }, worker));

    expect(errors.length).toBeGreaterThan(0);
    for (const { code, details } of errors) {
      expect({ code, details }).toEqual({ code: 'ENGINE_UNAVAILABLE', details: { outcome: 'unknown' } });
    }
    const down = await heard.first(({ payload }) => payload['connected'] === false);
    expect(down.payload['error']).toMatch(/SIGKILL|as by a crash|closed the connection|broke/);
    await isBack(heard);
    if (engine === 'embedded') expect(heard.gaps).toBe(0);
    if (heard.gaps === 0) expect(heard.events[heard.events.indexOf(down) + 1]?.type).toBe('sync_complete');

    // 1.x servers forget their last writes when they are killed: the same command_ids mend that as well.
    for (const command of commands) await send(command);
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
    const refused = client.call('save_setting', { key: 'kept', value: 2, wait_ms: 0 });
    await expect(refused).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      details: { outcome: 'not_sent' },
    });
    await isBack(heard);
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
    const refused = client.call('save_setting', command);
    await expect(refused).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      details: { outcome: 'unknown' },
    });
    await heard.first(({ payload }) => payload['connected'] === false);
    expect(performance.now() - since).toBeLessThan(15_000);
    process.kill(engine.pid, 'SIGCONT');
    await isBack(heard);
    const { seq } = await client.call<Applied>('save_setting', { ...command, wait_ms: 10_000 });
    const { last_seq } = await statusOf(client);
    expect({ seq, last_seq }).toEqual({ seq: 1, last_seq: 1 });
  });

  it('APP32 a server that forgot its last writes is told to subscribers as a gap, never silently', async () => {
    const script = `if [ "$1" = start ]; then
      if [ -e "$HERE/rewind" ]; then rm -rf "$5" && cp -r "$HERE/earlier" "$5" && rm "$HERE/rewind"
      else rm -rf "$HERE/earlier" && cp -r "$5" "$HERE/earlier"; fi
    fi`;
    await using server = await serverThat(script);
    await using service = await startService('sidecar');
    const client = await service.connect();
    const save = (key: string) => client.call<Applied>('save_setting', { key, value: key, wait_ms: 10_000 });
    for (const key of ['a', 'b']) await save(key);
    await service.restart();
    const [events, gaps]: [ClientEvent[], Gap[]] = [[], []];
    await client.subscribe(
      { areas: ['settings'], types: ['setting_updated'] },
      (event) => events.push(event),
      (gap) => gaps.push(gap),
    );
    for (const key of ['lost one', 'lost two', 'lost three']) await save(key);
    await eventually(() => events.length === 3);
    await writeFile(join(server.folder, 'rewind'), '');
    await signal(client, 'SIGKILL');
    await eventually(async () => (await statusOf(client)).last_seq === 2);
    await eventually(() => gaps.length === 1);
    expect(gaps).toMatchObject([{ seq: 2 }]);
    const { seq } = await save('new');
    await eventually(() => events.length === 4);
    expect(events[3]).toMatchObject({ seq, entity_id: 'new' });
    const { settings } = await client.call<{ settings: object }>('get_settings');
    expect(settings).toEqual({ a: 'a', b: 'b', new: 'new' });
  });
});

/**
 * The server is back and told so. A 1.x server that forgot its last writes takes the history back: then subscribers
 * hear of a gap instead, and begin anew after it.
 */
async function isBack(heard: Heard): Promise<void> {
  await eventually(() => heard.gaps > 0 || heard.events.at(-1)?.payload['connected'] === true);
}
