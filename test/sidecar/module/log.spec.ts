import { describeWithServer } from '../../support/spacetimedb.ts';
import {
  ENTRY,
  ENTRY_CHANGES,
  NONE,
  RECORDING,
  RECORDING_CHANGES,
  some,
  VOICE_COMMAND,
  WINDOW_CONTEXT,
} from './arguments.ts';
import { ISSUED_AT, ModuleDatabase, type Caller, type Row } from './module-database.ts';

const LATER = ISSUED_AT + 1_000_000;

describeWithServer('the log and the state folded from it', () => {
  let database: ModuleDatabase;
  beforeAll(async () => {
    database = await ModuleDatabase.open();
  });
  afterAll(() => database[Symbol.asyncDispose]());

  /** A member with rows in every area, some of them changed, deleted and made again. */
  async function writer(): Promise<Caller> {
    const member = await database.member();
    const command = database.commandsOf(member);
    const completed = { ...RECORDING_CHANGES, status: some('completed'), transcription: some('hi') };
    const given: [string, unknown[]][] = [
      ['add_recording', [RECORDING]],
      ['update_recording', [1, { ...completed, clear: ['active_window_app'] }, some(1)]],
      [
        'save_settings',
        [
          [
            { key: 'theme', value: '{"b":1.0,"a":[0.1,1e300]}' },
            { key: 'a', value: 'null' },
          ],
        ],
      ],
      ['delete_setting', ['a', NONE]],
      ['add_dictionary_entry', [ENTRY]],
      ['add_dictionary_entry', [{ ...ENTRY, trigger: 'omw' }]],
      ['update_dictionary_entry', [2, { ...ENTRY_CHANGES, trigger: some('OMW') }, NONE]],
      ['add_voice_command', [VOICE_COMMAND]],
      ['set_voice_command_enabled', [1, false, NONE]],
      ['add_window_context', [{ ...WINDOW_CONTEXT, dictionary_entry_ids: [1, 2], voice_command_ids: [1] }]],
      ['delete_dictionary_entry', [1, NONE]],
      ['delete_voice_command', [1, NONE]],
      ['add_dictionary_entry', [ENTRY]],
    ];
    for (const [index, [reducer, args]] of given.entries()) {
      expect(await command(reducer, args, { at: ISSUED_AT + index })).toBe('done');
    }
    return member;
  }

  /** A log as `import_batch` takes it. */
  const exported = (rows: Row[]) =>
    rows.map(({ event_type, schema_version, payload, command_id, occurred_at }) => ({
      event_type,
      schema_version,
      payload,
      command_id,
      occurred_at,
    }));

  it('MOD7 seqs start at 1 for each owner, without a gap, whatever was refused in between', async () => {
    const alice = await writer();
    expect(await database.commandsOf(alice)('delete_recording', [9, NONE])).toMatch(/^NOT_FOUND/);
    expect(await database.commandsOf(alice)('save_setting', ['last', '1', NONE])).toBe('done');
    const seqs = (await database.events(alice)).map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    expect(await database.rows(alice, 'stream_heads')).toMatchObject([{ next_seq: seqs.length + 1 }]);
  });

  it('MOD7 the id of a deleted row is not given again, also after a rebuild and an update of the module', async () => {
    const alice = await database.member();
    const command = database.commandsOf(alice);
    const addAndDelete = async (id: number) => {
      expect(await command('add_recording', [RECORDING])).toBe('done');
      expect(await command('delete_recording', [id, NONE])).toBe('done');
    };
    await addAndDelete(1);
    await addAndDelete(2);
    expect(await database.call(alice, 'rebuild_state')).toBe('done');
    await addAndDelete(3);
    await database.republish();
    await addAndDelete(4);
  });

  it('MOD16 a deleted entry or voice command leaves the contexts that name it, in the same transaction', async () => {
    const alice = await writer();
    expect(await database.rows(alice, 'window_contexts')).toMatchObject([
      { dictionary_entry_ids: [2], voice_command_ids: [] },
    ]);
    const changes = (await database.events(alice)).filter(({ area }) => area === 'window_contexts');
    expect(changes.map(({ payload }) => payload['action'])).toEqual(['added', 'updated', 'updated']);
    const deletion = (await database.events(alice)).find(({ payload }) => payload['action'] === 'deleted')!;
    expect(changes[1]).toMatchObject({ seq: deletion.seq + 1, command_id: deletion['command_id'] });
  });

  it('MOD11 an event holds the entity after it, and says who did it and when', async () => {
    const alice = await writer();
    const [added, completed] = await database.events(alice);
    expect(added).toMatchObject({
      event_type: 'recording_added',
      area: 'recordings',
      entity_id: '1',
      actor: [`0x${alice.identity}`],
      occurred_at: [ISSUED_AT],
    });
    expect(completed!.payload).toEqual({
      id: 1,
      file_path: RECORDING.file_path,
      duration_ms: 1_000,
      sample_rate: 16_000,
      transcription: 'hi',
      transcription_model: null,
      status: 'completed',
      error: null,
      stop_reason: null,
      active_window_app: null,
      active_window_title: null,
      recovered: false,
    });
  });

  it('MOD15 recording_completed is told once, by the update that gives the text', async () => {
    const alice = await writer();
    const again = { ...RECORDING_CHANGES, transcription: some('hi there') };
    expect(await database.commandsOf(alice)('update_recording', [1, again, NONE])).toBe('done');
    const types = (await database.events(alice))
      .filter(({ area }) => area === 'recordings')
      .map(({ event_type }) => event_type);
    expect(types).toEqual(['recording_added', 'recording_completed', 'recording_updated']);
  });

  it('MOD20 a row keeps the time of its first event and takes time and seq of its last', async () => {
    const alice = await database.member();
    const command = database.commandsOf(alice);
    expect(await command('add_dictionary_entry', [ENTRY])).toBe('done');
    const change = { ...ENTRY_CHANGES, suffix: some('!') };
    expect(await command('update_dictionary_entry', [1, change, some(1)], { at: LATER })).toBe('done');
    expect(await database.rows(alice, 'dictionary_entries')).toMatchObject([
      { created_at: [ISSUED_AT], updated_at: [LATER], seq: 2 },
    ]);
  });

  it('MOD12 a saved JSON value reads back from row and log to the last bit', async () => {
    const alice = await database.member();
    const value = '{"b":1.0,"a":[0.1,1e300,9007199254740993,-0.0],"text":"\\u0000 é 😀"}';
    expect(await database.commandsOf(alice)('save_setting', ['theme', value, NONE])).toBe('done');
    const [row] = await database.rows(alice, 'settings');
    expect(JSON.parse(String(row!['value']))).toEqual(JSON.parse(value));
    expect(String(row!['value'])).toContain('9007199254740993');
    expect(await database.call(alice, 'rebuild_state')).toBe('done');
    expect(await database.rows(alice, 'settings')).toEqual([row]);
  });

  it('MOD21 rebuild_state and an import of the log give the state that was written', async () => {
    const alice = await writer();
    const written = [await database.state(alice), await database.rows(alice, 'stream_heads')];
    expect(await database.call(alice, 'rebuild_state')).toBe('done');
    expect([await database.state(alice), await database.rows(alice, 'stream_heads')]).toEqual(written);

    const heir = await database.member();
    const log = await database.rows(alice, 'event_log');
    const [head] = written[1] as Row[];
    expect(await database.call(heir, 'import_batch', 1, some(head!['epoch']), exported(log), [])).toBe(
      'done',
    );
    expect(await database.state(heir)).toEqual(written[0]);
    expect(exported(await database.rows(heir, 'event_log'))).toEqual(exported(log));
    const counters = ([head]: Row[]) => ({ ...head, owner_identity: '' });
    expect(counters(await database.rows(heir, 'stream_heads'))).toEqual(counters(written[1] as Row[]));
  });

  it('MOD19 a batch with one bad event or receipt is refused whole', async () => {
    const alice = await writer();
    const log = exported(await database.rows(alice, 'event_log'));
    const heir = await database.member();
    const receipt = {
      command_id: 'one',
      fingerprint: 'f'.repeat(64),
      first_seq: 1,
      last_seq: 1,
      result: '{}',
      created_at: [ISSUED_AT],
    };
    const bad: [unknown[], unknown[], RegExp][] = [
      [[...log, { ...log[0], payload: '{}' }], [], /^INVALID_ARGUMENT: payload /],
      [[...log, { ...log[0], event_type: 'rain' }], [], /^INVALID_ARGUMENT: event_type /],
      [[...log, { ...log[0], schema_version: 2 }], [], /^INVALID_ARGUMENT: schema_version /],
      [log, [{ ...receipt, last_seq: log.length + 1 }], /^INVALID_ARGUMENT: first_seq /],
    ];
    for (const [events, receipts, refusal] of bad) {
      expect(await database.call(heir, 'import_batch', 1, NONE, events, receipts)).toMatch(refusal);
    }
    expect(await database.events(heir)).toEqual([]);
    expect(await database.call(heir, 'import_batch', 1, NONE, log, [receipt])).toBe('done');
    // A move that was interrupted may bring the same receipt once more, but no other one under its command_id.
    const next = log.length + 1;
    expect(await database.call(heir, 'import_batch', next, NONE, [], [receipt])).toBe('done');
    const other = { ...receipt, fingerprint: 'e'.repeat(64) };
    expect(await database.call(heir, 'import_batch', next, NONE, [], [other])).toMatch(/^COMMAND_REUSED: /);
  });

  it('MOD28 a batch is appended once, however often it is sent', async () => {
    const log = exported(await database.rows(await writer(), 'event_log'));
    const heir = await database.member();
    expect(await database.call(heir, 'import_batch', 1, NONE, log.slice(0, 3), [])).toBe('done');
    for (const wrong of [1, 3, 5])
      expect(await database.call(heir, 'import_batch', wrong, NONE, log.slice(0, 3), [])).toMatch(
        /^CONFLICT: /,
      );
    expect(await database.call(heir, 'import_batch', 4, NONE, log.slice(3), [])).toBe('done');
    expect(exported(await database.rows(heir, 'event_log'))).toEqual(log);
  });

  it('MOD29 a log that has an event keeps its epoch', async () => {
    const alice = await writer();
    const [head] = await database.rows(alice, 'stream_heads');
    const other = some('ab'.repeat(16));
    const call = (epoch: unknown) => database.call(alice, 'import_batch', head!['next_seq'], epoch, [], []);
    expect(await call(other)).toMatch(/^INVALID_ARGUMENT: epoch /);
    expect(await call(NONE)).toBe('done');
    expect(await database.rows(alice, 'stream_heads')).toEqual([head]);
  });

  it('MOD27 publishing the module again keeps every row of every table', async () => {
    const alice = await writer();
    const everything = async () => [
      await database.state(alice),
      await database.rows(alice, 'event_log'),
      await database.rows(alice, 'command_receipts'),
      await database.rows(alice, 'stream_heads'),
    ];
    const before = await everything();
    await database.republish();
    expect(await everything()).toEqual(before);
  });
});
