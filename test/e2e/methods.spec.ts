import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { HeycatClient } from '../../src/infra/ipc/client/client.ts';
import { describeOnEngines } from '../support/engines.ts';
import { copyOfTake, startService, type Heard, type TestService } from '../support/service.ts';
import { TAKE_METHODS } from '../support/take-methods.ts';
import type { Applied } from './command-cases/case.ts';
import { dictionary } from './command-cases/dictionary.ts';
import { recordings } from './command-cases/recordings.ts';
import { settings } from './command-cases/settings.ts';
import { voiceCommands } from './command-cases/voice-commands.ts';
import { windowContexts } from './command-cases/window-contexts.ts';
import { queriesOn } from './query-cases.ts';

/** Covered by the other tests here, since nothing works without them. */
const TRANSPORT = ['hello', 'authenticate', 'ping', 'subscribe', 'unsubscribe', 'describe'];
/** Covered by server-death.spec.ts, where commands are given up. */
const QUEUE = ['retry_command', 'drop_command'];

/** Covered by backup.spec.ts. */
const BACKUP = ['create_backup'];

/** One case a command; the aliases are cases of their own. */
const COMMANDS = [...recordings, ...settings, ...dictionary, ...voiceCommands, ...windowContexts];

describeOnEngines('every method over the socket', (engine) => {
  const queries = queriesOn(engine);
  let service: TestService;
  let writer: HeycatClient;
  let reader: HeycatClient;
  let heard: Heard;

  beforeAll(async () => {
    service = await startService(engine);
    [writer, reader, heard] = [await service.connect(), await service.connect(), await service.hear()];
    const file_path = await copyOfTake(join(service.dataDir, 'elsewhere'));
    for (const transcription of ['one', 'two'])
      await writer.call('add_recording', { file_path, transcription });
  });
  afterAll(() => service[Symbol.asyncDispose]());

  it('APP1 describe lists exactly the methods that are tested here', async () => {
    const { methods } = await reader.call<{ methods: { name: string }[] }>('describe');
    const tested = [
      ...TRANSPORT,
      ...QUEUE,
      ...BACKUP,
      // Covered by takes/, where they record.
      ...TAKE_METHODS,
      ...COMMANDS.map(({ method }) => method),
      ...queries.map(({ method }) => method),
    ];
    expect(new Set(methods.map(({ name }) => name))).toEqual(new Set(tested));
  });

  it.each(COMMANDS)(
    'APP2 $method: its effect is in the next query of another client, and in its events',
    async ({ method, prepare }) => {
      const call = <T>(name: string, params: object) => writer.call<T>(name, params);
      const { params, event, query, shows, result = {} } = await prepare({ call, dataDir: service.dataDir });
      const before = await reader.call<{ last_seq: number }>('get_status');
      const command_id = randomUUID();

      const applied = await writer.call<Applied>(method, { ...params, command_id });
      const answer = await reader.call<{ as_of_seq: number }>(query.method, query.params);

      expect(applied).toMatchObject({ status: 'applied', command_id, result });
      expect(answer.as_of_seq).toBeGreaterThanOrEqual(applied.seq);
      expect(answer).toMatchObject(shows);
      if (event === undefined) return expect(applied.seq).toBe(0);
      expect(applied.seq).toBeGreaterThan(before.last_seq);
      const told = await heard.first(({ seq }) => seq === applied.seq);
      expect(told).toMatchObject({ ...event, command_id, actor: writer.service.identity });
      const { type, area } = told;
      const changed = await heard.first((next) => heard.events.indexOf(next) > heard.events.indexOf(told));
      expect(changed).toMatchObject({ type: 'data_changed', payload: { areas: [area] } });
      const { events } = await reader.call<{ events: object[] }>('read_events', { from_seq: applied.seq });
      expect(events).toEqual([expect.objectContaining({ seq: applied.seq, type, area, command_id })]);
      const receipt = await reader.call('get_command', { command_id });
      expect(receipt).toMatchObject({ status: 'applied', command_id, seq: applied.seq });
    },
  );

  it.each(queries)('APP3 $method answers with as_of_seq', async ({ method, prepare, shows }) => {
    const call = <T>(name: string, params: object) => writer.call<T>(name, params);
    const params = (await prepare?.(call)) ?? {};
    const answer = await reader.call(method, params);
    expect(answer).toMatchObject({ ...shows, as_of_seq: expect.any(Number) });
  });

  it('APP2 active_window_changed is told to subscribers, without a seq', async () => {
    const app_name = randomUUID();
    await writer.call('report_active_window', { app_name });
    const told = await heard.first(({ payload }) => payload['app_name'] === app_name);
    expect(told.type).toBe('active_window_changed');
    expect(told.seq).toBeUndefined();
  });

  it('APP4 ping answers; after unsubscribe nothing more is told', async () => {
    await expect(reader.call('ping')).resolves.toEqual({});
    const told: string[] = [];
    const subscription = await reader.subscribe({}, ({ type }) => told.push(type));
    await subscription.close();
    const { seq } = await writer.call<Applied>('save_setting', { key: 'quiet', value: 1 });
    await heard.first((event) => event.seq === seq);
    await reader.call('ping');
    expect(told).toEqual([]);
  });
});
