import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { HeycatClient } from '../../src/infra/ipc/client/client.ts';
import { RawClient } from '../unit/ipc/service.ts';
import { copyOfTake, eventually, startService, type TestService } from '../support/service.ts';
import { fixture } from '../support/speech.ts';
import { dictionary } from './command-cases/dictionary.ts';
import { recordings } from './command-cases/recordings.ts';
import { settings } from './command-cases/settings.ts';
import { voiceCommands } from './command-cases/voice-commands.ts';
import { windowContexts } from './command-cases/window-contexts.ts';
import { queriesOn } from './query-cases.ts';

const COMMANDS = [...recordings, ...settings, ...dictionary, ...voiceCommands, ...windowContexts];
/** They need a speech model: takes/ holds their answers against `describe`, as every test with a service does. */
const WITH_A_MODEL = ['transcribe_recording', 'resolve_ambiguous_command'];

describe('the answers of a service', () => {
  let service: TestService;
  let client: HeycatClient;

  beforeAll(async () => {
    service = await startService('embedded');
    client = await service.connect();
    const file_path = await copyOfTake(join(service.dataDir, 'elsewhere'));
    await client.call('add_recording', { file_path, transcription: 'one' });
  });
  afterAll(() => service[Symbol.asyncDispose]());

  const call = <T>(method: string, params: object = {}) => client.call<T>(method, params);

  it('CM25 those of every method are as `describe` says, without a field that it does not know', async () => {
    for (const { method, prepare } of COMMANDS) {
      const { params } = await prepare({ call, dataDir: service.dataDir });
      await call(method, params);
    }
    for (const { method, prepare } of queriesOn('embedded')) await call(method, await prepare?.(call));
    await takes();
    await queue();
    await call('create_backup');
    await call('ping');
    await call('describe');
    const { subscription } = await call<{ subscription: number }>('subscribe', { snapshot: true });
    await call('unsubscribe', { subscription });
    await handshake();
    const unseen = service.described.methods.filter((method) => !service.described.checked.has(method));
    expect(unseen.toSorted()).toEqual(WITH_A_MODEL.toSorted());
  });

  async function takes(): Promise<void> {
    const device = `file:${fixture('beckett')}`;
    await call('start_recording', { device });
    await call('get_recording_state');
    await call('stop_recording');
    await call('save_setting', { key: 'audio.selectedDevice', value: device });
    await call('toggle_recording');
    await call('cancel_recording');
    await call('press_hotkey');
    await call('release_hotkey');
  }

  /** A command that is refused after it was queued, because the engine was away. */
  async function queue(): Promise<void> {
    const command_id = randomUUID();
    const isGivenUp = async () =>
      (await call<{ status: string }>('get_command', { command_id })).status === 'failed';
    await service.crashEngine();
    await call('delete_setting', { key: 'nowhere', command_id, wait_ms: 0 });
    await eventually(isGivenUp);
    await call('list_queue');
    await service.crashEngine();
    await call('retry_command', { command_id, wait_ms: 0 });
    await eventually(isGivenUp);
    await call('drop_command', { command_id });
  }

  async function handshake(): Promise<void> {
    const said: Record<string, unknown> = {};
    using raw = await RawClient.authenticated(service, (method, { result }) => (said[method] = result));
    expect(raw.isClosed).toBe(false);
    for (const [method, result] of Object.entries(said)) service.described.answer(method, result);
  }

  it.each<[string, (status: Record<string, unknown>) => void]>([
    ['that it does not know', (status) => (status['surprise'] = 1)],
    ['that is missing', (status) => delete status['synced']],
    ['of another type', (status) => (status['pid'] = '1')],
    ['that it does not know, deep inside', ({ engine }) => Object.assign(engine as object, { surprise: 1 })],
  ])('CM25 an answer with a field %s is not as described', async (_, change) => {
    const status = { ...(await service.heycat.call('get_status', {})) } as Record<string, unknown>;
    expect(service.described.answer('get_status', status)).toBe(status);
    change(status);
    expect(() => service.described.answer('get_status', status)).toThrow('get_status is not as described');
  });
});
