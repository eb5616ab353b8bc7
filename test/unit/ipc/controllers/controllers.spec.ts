import { TAKE_METHODS } from '../../../support/take-methods.ts';
import { startService } from './service.ts';

/** Params that are good enough for each method of the contract. */
const METHODS: Record<string, object | undefined> = {
  add_recording: { file_path: '/a.wav' },
  update_recording: { id: 1 },
  delete_recording: { id: 1 },
  save_setting: { key: 'a', value: 1 },
  update_setting: { key: 'a', value: 1 },
  save_settings: { values: { a: 1 } },
  delete_setting: { key: 'a' },
  add_dictionary_entry: { trigger: 'a', replacement: 'b' },
  update_dictionary_entry: { id: 1 },
  delete_dictionary_entry: { id: 1 },
  add_voice_command: { phrase: 'a', action_type: 'custom' },
  update_voice_command: { id: 1 },
  delete_voice_command: { id: 1 },
  delete_command: { id: 1 },
  set_voice_command_enabled: { id: 1, enabled: true },
  add_window_context: { name: 'a', app_name: 'b' },
  update_window_context: { id: 1 },
  delete_window_context: { id: 1 },
  report_active_window: { app_name: 'a', title: 'b', pid: 1 },
  list_recordings: undefined,
  get_settings: { keys: ['a'] },
  list_dictionary_entries: {},
  get_voice_commands: {},
  list_window_contexts: {},
  get_statistics: {},
  read_events: { from_seq: 1, limit: 5 },
  get_status: undefined,
  list_queue: undefined,
  list_audio_devices: undefined,
  list_models: undefined,
  start_recording: { device: 'a', mode: 'hybrid' },
  stop_recording: undefined,
  toggle_recording: {},
  cancel_recording: {},
  press_hotkey: { at: 1 },
  release_hotkey: {},
  transcribe_recording: { id: 1, model: 'a' },
  resolve_ambiguous_command: { id: 1 },
  get_recording_state: {},
  describe: undefined,
};
const WRITES_NOTHING = new Set(['report_active_window', ...TAKE_METHODS]);
const MISSING: Record<string, object> = {
  get_recording: { id: 1 },
  get_command: { command_id: '0c9d1c4e-6a0e-4c1e-9a3e-0d8b1b7a2f10' },
  explain: { area: 'recordings', id: 1 },
  retry_command: { command_id: '0c9d1c4e-6a0e-4c1e-9a3e-0d8b1b7a2f10' },
  drop_command: { command_id: '0c9d1c4e-6a0e-4c1e-9a3e-0d8b1b7a2f10' },
};
const ALIASES: [string, string, object][] = [
  ['save_setting', 'update_setting', { key: 'a', value: 1 }],
  ['delete_voice_command', 'delete_command', { id: 1 }],
];

it('CM19 the methods are those of the contract and no others', async () => {
  await using service = await startService();
  expect(service.methods.toSorted()).toEqual(
    [...Object.keys(METHODS), ...Object.keys(MISSING), 'create_backup'].toSorted(),
  );
});

it('CM19 each is answered', async () => {
  await using service = await startService();
  for (const [method, params] of Object.entries(METHODS)) {
    const answer = await service.call(method, params);
    const isCommand = service.ledger.submissions.length > 0 || WRITES_NOTHING.has(method);
    if (isCommand) expect(answer).toMatchObject({ status: 'applied' });
    else if (method !== 'describe') expect(answer).toHaveProperty('as_of_seq', 0);
    service.ledger.submissions.length = 0;
  }
  for (const [method, params] of Object.entries(MISSING)) {
    await expect(service.call(method, params)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  }
  expect(await service.call('create_backup', { file: '/a.backup' })).toEqual({ file: '/a.backup' });
});

it.each(ALIASES)('CM19 %s and %s do the same', async (name, alias, params) => {
  await using service = await startService();
  await service.call(name, params);
  await service.call(alias, params);
  const [first, second] = service.ledger.submissions.splice(0);
  expect(second).toEqual(first);
});

it('CM2 a wrong field reaches neither handler nor ledger', async () => {
  await using service = await startService();
  await expect(service.call('delete_recording', { id: 'x' })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    details: { field: 'id' },
  });
  expect(service.ledger.submissions).toEqual([]);
});

it('CM3 every method refuses a field that it does not have', async () => {
  await using service = await startService();
  for (const [method, params] of Object.entries({ ...METHODS, ...MISSING })) {
    await expect(service.call(method, { ...params, nonsense: 1 })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      details: { field: 'nonsense' },
    });
  }
});

it('CM4 every method takes timeout_ms, which the transport has read already', async () => {
  await using service = await startService();
  for (const [method, params] of Object.entries(METHODS)) {
    await expect(service.call(method, { ...params, timeout_ms: 500 })).resolves.toBeDefined();
  }
  service.ledger.submissions.length = 0;
});
