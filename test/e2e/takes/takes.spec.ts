import type { ClientEvent, HeycatClient } from '../../../src/infra/ipc/client/client.ts';
import type { RecordingRow } from '../../../src/events/rows.ts';
import { describeOnEngines, type TestedEngine } from '../../support/engines.ts';
import { codeOf, eventually, startService, type Heard, type TestService } from '../../support/service.ts';
import {
  describeWithModel,
  fixture,
  HEARD,
  MODEL,
  testRecogniser,
  type Fixture,
} from '../../support/speech.ts';

const spoken = (name: Fixture) => `file:${fixture(name)}`;
const fast = (name: Fixture) => `${spoken(name)}?fast`;

interface Studio extends AsyncDisposable {
  service: TestService;
  client: HeycatClient;
  heard: Heard;
  /** Plays a fixture through a whole take. */
  say(name: Fixture): Promise<ClientEvent>;
  rows(): Promise<RecordingRow[]>;
}

async function studio(engine: TestedEngine = 'embedded'): Promise<Studio> {
  const { recogniser } = testRecogniser();
  const service = await startService(engine, { host: { recogniser } });
  const client = await service.connect();
  const heard = await service.hear();
  const rows = async () => (await client.call<{ recordings: RecordingRow[] }>('list_recordings')).recordings;
  return {
    service,
    client,
    heard,
    rows,
    async say(name) {
      const before = heard.events.length;
      await client.command('start_recording', { device: fast(name) });
      await eventually(() => heard.events.slice(before).some(({ type }) => type === 'recording_completed'));
      return heard.events.slice(before).find(({ type }) => type === 'transcription_completed')!;
    },
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  };
}

const typesOf = (events: ClientEvent[]) =>
  events.map(({ type }) => type).filter((type) => type !== 'audio_level');

describeWithModel('a take', () => {
  describeOnEngines('from the key to the text', (engine) => {
    it('TAK60 a take is listed from its first sample on, and becomes text that is told and stored (upstream defect 17)', async () => {
      await using test = await studio(engine);
      const { client, heard, rows } = test;
      await client.command('start_recording', { device: spoken('open-the-calculator') });
      await eventually(async () => (await rows())[0]?.status === 'recording');
      expect(await client.call('get_recording_state')).toMatchObject({ state: 'recording', take: 1 });
      await heard.first(({ type }) => type === 'recording_completed');
      const [row] = await rows();
      expect(row).toMatchObject({
        status: 'completed',
        transcription: HEARD['open-the-calculator'],
        transcription_model: MODEL,
        duration_ms: 1_776,
        sample_rate: 16_000,
        stop_reason: 'source_ended',
        recovered: false,
      });
      const types = typesOf(heard.events);
      for (const [earlier, later] of [
        ['recording_started', 'recording_stopped'],
        ['recording_added', 'transcription_started'],
        ['recording_added', 'recording_completed'],
        ['recording_stopped', 'transcription_started'],
        ['transcription_started', 'transcription_completed'],
        ['transcription_completed', 'recording_completed'],
      ] as const) {
        expect([earlier, types.indexOf(earlier) < types.indexOf(later)]).toEqual([earlier, true]);
      }
      const { payload } = await heard.first(({ type }) => type === 'transcription_completed');
      const stages = ['first_sample_ms', 'file_ms', 'wait_ms', 'decode_ms', 'rules_ms', 'told_ms'];
      expect(Object.keys(payload['times'] as object)).toEqual(stages);
      const summed = async () =>
        Object.keys((await client.call<{ stages: object }>('get_statistics')).stages);
      await eventually(async () => (await summed()).length > 0);
      expect(await summed()).toEqual([...stages, 'stored_ms']);
    });
  });

  it('TAK60 a take whose row cannot be written yet is listed with its text later (upstream defect 17)', async () => {
    await using test = await studio();
    await test.service.crashEngine();
    await test.client.command('start_recording', { device: fast('open-the-calculator') });
    await test.heard.first(({ type }) => type === 'transcription_completed');
    await eventually(async () => (await test.rows())[0]?.status === 'completed');
    expect((await test.rows()).map(({ transcription }) => transcription)).toEqual([
      HEARD['open-the-calculator'],
    ]);
  });

  it('TAK61 the dictionary and the voice commands of the window are applied to what was heard', async () => {
    await using test = await studio();
    const { client, heard, say, rows } = test;
    await client.command('add_dictionary_entry', { trigger: 'brb', replacement: 'ada@example.org' });
    await client.command('add_voice_command', {
      phrase: 'open the {thing}',
      action_type: 'open_app',
      action_payload: { app: '{thing}' },
    });
    const { payload } = await say('my-email-address-is-brb');
    expect(payload).toMatchObject({
      text: 'My email address is ada@example.org.',
      raw_text: HEARD['my-email-address-is-brb'],
      command: null,
      recovered: false,
    });
    expect((await rows())[0]!.transcription).toBe('My email address is ada@example.org.');
    await say('open-the-calculator');
    const matched = await heard.first(({ type }) => type === 'command_matched');
    expect(matched.payload).toMatchObject({
      confidence: 1,
      parameters: { thing: 'calculator' },
      action: { type: 'open_app', payload: { app: 'calculator' } },
    });
    // Nobody has allowed it.
    expect(typesOf(heard.events)).not.toContain('command_executed');
  });

  it('TAK62 a hundred takes that end while one is heard are all transcribed, in the order of their ends (upstream defect 1)', async () => {
    await using test = await studio();
    const { client, heard, rows } = test;
    for (let take = 0; take < 100; take++) {
      await client.command('start_recording', { device: fast('open-the-calculator') });
      await eventually(
        () => heard.events.filter(({ type }) => type === 'recording_stopped').length === take + 1,
      );
    }
    await eventually(() => heard.events.filter(({ type }) => type === 'recording_completed').length === 100);
    const filesOf = (type: string) =>
      heard.events.filter((event) => event.type === type).map(({ payload }) => payload['file_path']);
    expect(filesOf('transcription_completed')).toEqual(filesOf('recording_stopped'));
    expect(new Set(filesOf('transcription_completed')).size).toBe(100);
    const all = await rows();
    expect(all.every(({ status }) => status === 'completed')).toBe(true);
  }, 180_000);

  it('TAK63 a recording can be transcribed again, and what is under way is refused', async () => {
    await using test = await studio();
    const { client, heard, say, rows } = test;
    await say('delete-the-last-sentence');
    const [{ id }] = (await rows()) as [RecordingRow];
    const again = () => client.command('transcribe_recording', { id });
    await again();
    expect(await codeOf(again())).toBe('BUSY');
    await eventually(() => heard.events.filter(({ type }) => type === 'recording_completed').length === 2);
    expect(await codeOf(client.command('transcribe_recording', { id: 99 }))).toBe('NOT_FOUND');
    expect(await codeOf(client.command('transcribe_recording', { id, model: 'no-such-model' }))).toBe(
      'MODEL_MISSING',
    );
    expect((await rows())[0]).toMatchObject({
      status: 'completed',
      transcription: HEARD['delete-the-last-sentence'],
    });
    const codes = await Promise.all([codeOf(again()), codeOf(again())]);
    expect(codes.toSorted()).toEqual(['BUSY', 'answered']);
  });

  it('TAK63 a recording that is transcribed again shows the text that was made last (upstream defect 18)', async () => {
    await using test = await studio();
    const { client, say, rows } = test;
    await say('my-email-address-is-brb');
    const [{ id, transcription }] = (await rows()) as [RecordingRow];
    expect(transcription).toBe(HEARD['my-email-address-is-brb']);
    await client.command('add_dictionary_entry', { trigger: 'brb', replacement: 'ada@example.org' });
    await client.command('transcribe_recording', { id });
    await eventually(async () => (await rows())[0]?.transcription !== transcription);
    expect(await rows()).toEqual([
      expect.objectContaining({ id, transcription: 'My email address is ada@example.org.' }),
    ]);
  });

  it('TAK77 an edited context holds from the next take on in a window that stayed, which is told once (upstream defect 15)', async () => {
    await using test = await studio();
    const { client, heard, say } = test;
    const idOf = async (command: Promise<unknown>) =>
      ((await command) as { result: { id: number } }).result.id;
    const entry = { trigger: 'brb', replacement: 'ada@example.org' };
    const entryId = await idOf(client.command('add_dictionary_entry', entry));
    const context = { name: 'Mail', app_name: 'Mail', dictionary_mode: 'replace', dictionary_entry_ids: [] };
    const id = await idOf(client.command('add_window_context', context));
    const textOf = async () => (await say('my-email-address-is-brb')).payload['text'];
    const window = { app_name: 'Mail', title: 'Inbox' };
    await client.command('report_active_window', window);
    expect(await textOf()).toBe(HEARD['my-email-address-is-brb']);
    await client.command('update_window_context', { id, dictionary_entry_ids: [entryId] });
    expect(await textOf()).toBe('My email address is ada@example.org.');
    await client.command('report_active_window', window);
    expect(heard.events.filter(({ type }) => type === 'active_window_changed')).toHaveLength(1);
  });

  it('TAK64 the window of the start is the take’s, wherever the user goes meanwhile (upstream defect 16)', async () => {
    await using test = await studio();
    const { client, heard, rows } = test;
    await client.command('report_active_window', { app_name: 'Editor', title: 'notes.md' });
    await client.command('start_recording', { device: spoken('open-the-calculator') });
    await client.command('report_active_window', { app_name: 'Browser', title: 'news' });
    await heard.first(({ type }) => type === 'recording_completed');
    expect((await rows())[0]).toMatchObject({ active_window_app: 'Editor', active_window_title: 'notes.md' });
  });

  it('TAK69 of two commands that sound alike the user says which was meant', async () => {
    await using test = await studio();
    const { client, heard, say } = test;
    for (const phrase of ['open the calculators', 'open the calculate or']) {
      await client.command('add_voice_command', { phrase, action_type: 'custom', action_payload: {} });
    }
    await say('open-the-calculator');
    const { payload } = await heard.first(({ type }) => type === 'command_ambiguous');
    const [{ id, phrase }] = payload['candidates'] as [{ id: number; phrase: string }];
    expect(await codeOf(client.command('resolve_ambiguous_command', { id: 99 }))).toBe('NOT_FOUND');
    await client.command('resolve_ambiguous_command', { id });
    expect((await heard.first(({ type }) => type === 'command_matched')).payload).toMatchObject({
      voice_command_id: id,
      phrase,
      transcription: HEARD['open-the-calculator'],
    });
    expect(await codeOf(client.command('resolve_ambiguous_command', { id }))).toBe('NOT_FOUND');
  });

  it('TAK65 a take that is recorded when the service ends is finished, and transcribed by the next one without acting on it', async () => {
    await using test = await studio();
    const { client, service } = test;
    await client.command('add_voice_command', {
      phrase: HEARD.beckett,
      action_type: 'custom',
      action_payload: {},
    });
    await client.command('start_recording', { device: spoken('beckett') });
    await test.heard.first(({ type }) => type === 'recording_started');
    await eventually(
      async () => (await client.call<{ recorded_ms: number }>('get_recording_state')).recorded_ms > 500,
    );
    await service.restart({ host: { recogniser: testRecogniser().recogniser } });
    const heard = await service.hear();
    const rows = async () => (await service.heycat.call('list_recordings', {})).recordings;
    await eventually(async () => (await rows())[0]?.status === 'completed');
    expect((await rows())[0]).toMatchObject({ recovered: true, stop_reason: 'shutdown' });
    expect(typesOf(heard.events)).not.toContain('command_matched');
  });
});
