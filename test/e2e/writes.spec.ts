import { randomUUID } from 'node:crypto';
import type { HeycatClient } from '../../src/infra/ipc/client/client.ts';
import { describeOnEngines } from '../support/engines.ts';
import { codeOf, startService, type TestService } from '../support/service.ts';
import type { Applied } from './command-cases/case.ts';

interface Settings {
  settings: Record<string, unknown>;
  as_of_seq: number;
}

describeOnEngines('writes', (engine) => {
  let service: TestService;
  let writer: HeycatClient;
  let reader: HeycatClient;
  const save = (key: string, value: unknown, more: object = {}) =>
    writer.call<Applied>('save_setting', { key, value, ...more });
  const lastSeq = async () => (await reader.call<{ last_seq: number }>('get_status')).last_seq;
  const setting = async (key: string) => (await reader.call<Settings>('get_settings')).settings[key];
  /** Codes of calls, and that none of them wrote anything. */
  const refused = async (...calls: (() => Promise<unknown>)[]) => {
    const before = await lastSeq();
    const codes = [];
    for (const call of calls) codes.push(await codeOf(call()));
    expect(await lastSeq()).toBe(before);
    return codes;
  };

  beforeAll(async () => {
    service = await startService(engine);
    [writer, reader] = [await service.connect(), await service.connect()];
  });
  afterAll(() => service[Symbol.asyncDispose]());

  it('APP5 once a command is answered, every query of every client sees it', async () => {
    for (let round = 1; round <= 100; round += 1) {
      const { seq } = await save('counter', round);
      const { settings, as_of_seq } = await reader.call<Settings>('get_settings', { keys: ['counter'] });
      expect(settings['counter']).toBe(round);
      expect(as_of_seq).toBeGreaterThanOrEqual(seq);
    }
  });

  it('APP5 of commands that are sent all at once, each answer holds for queries from then on', async () => {
    const rounds = Array.from({ length: 100 }, (_, index) => `pipelined ${index}`);
    await Promise.all(
      rounds.map(async (key) => {
        await save(key, key);
        expect(await setting(key)).toBe(key);
      }),
    );
  });

  it('APP6 a query with at_least_seq waits for it, or is NOT_YET with both seqs', async () => {
    const waiting = reader.call<Settings>('get_settings', { at_least_seq: (await lastSeq()) + 1 });
    const { seq } = await save('awaited', true);
    expect((await waiting).settings['awaited']).toBe(true);
    const tooFar = reader.call('get_settings', { at_least_seq: seq + 1, timeout_ms: 30 });
    await expect(tooFar).rejects.toMatchObject({
      code: 'NOT_YET',
      details: { seq: seq + 1, as_of_seq: seq },
    });
  });

  it('APP7 expected_seq of an older state is a CONFLICT, that of the present one is not', async () => {
    const { seq: first } = await save('contended', 'a');
    const { seq: second } = await save('contended', 'b', { expected_seq: first });
    const late = () => save('contended', 'c', { expected_seq: first });
    const lateDelete = () => writer.call('delete_setting', { key: 'contended', expected_seq: first });
    expect(await refused(late, lateDelete)).toEqual(['CONFLICT', 'CONFLICT']);
    expect(await setting('contended')).toBe('b');
    await writer.call('delete_setting', { key: 'contended', expected_seq: second });
    expect(await setting('contended')).toBeUndefined();
  });

  it('APP8 a command sent twice under one id happens once and is answered the same', async () => {
    const command = { command_id: randomUUID(), trigger: 'once', replacement: 'only' };
    const first = await writer.call<Applied>('add_dictionary_entry', command);
    const before = await lastSeq();
    await expect(reader.call('add_dictionary_entry', command)).resolves.toEqual(first);
    expect(await lastSeq()).toBe(before);
  });

  it('APP8 also when both are under way at once, on two connections', async () => {
    for (let round = 0; round < 20; round += 1) {
      const command = { command_id: randomUUID(), phrase: `at once ${round}`, action_type: 'custom' };
      const answers = await Promise.all(
        [writer, reader, writer, reader].map((client) => client.call<Applied>('add_voice_command', command)),
      );
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    }
    const { commands } = await reader.call<{ commands: { phrase: string }[] }>('get_voice_commands');
    expect(commands.filter(({ phrase }) => phrase.startsWith('at once'))).toHaveLength(20);
  });

  it('APP9 the same command_id with other arguments, or for another command, is COMMAND_REUSED', async () => {
    const { command_id } = await save('reused', 1);
    const codes = await refused(
      () => save('reused', 2, { command_id }),
      () => save('other', 1, { command_id }),
      () => writer.call('delete_setting', { key: 'reused', command_id }),
    );
    expect(codes).toEqual(['COMMAND_REUSED', 'COMMAND_REUSED', 'COMMAND_REUSED']);
    expect(await setting('reused')).toBe(1);
  });

  it('APP9 of two different commands under one id, sent at once, exactly one happens', async () => {
    for (let round = 0; round < 20; round += 1) {
      const command_id = randomUUID();
      const [key, before] = [`raced ${round}`, await lastSeq()];
      const codes = await Promise.all([
        codeOf(save(key, 'a', { command_id })),
        codeOf(reader.call('save_setting', { key, value: 'b', command_id })),
      ]);
      expect(codes.toSorted()).toEqual(['COMMAND_REUSED', 'answered']);
      expect(await lastSeq()).toBe(before + 1);
      expect(await setting(key)).toBe(codes[0] === 'answered' ? 'a' : 'b');
    }
  });

  it('APP10 a trigger or phrase that differs only in case or outer blanks is a DUPLICATE', async () => {
    const add = (trigger: string) =>
      writer.call<Applied>('add_dictionary_entry', { trigger, replacement: '' });
    const say = (phrase: string) =>
      writer.call<Applied>('add_voice_command', { phrase, action_type: 'custom' });
    await add('Straße');
    await say('Stop it');
    const { result } = await add('another');
    const rename = () => writer.call('update_dictionary_entry', { id: result.id, trigger: 'STRAßE' });
    const codes = await refused(
      () => add('straße'),
      () => add(' STRAßE '),
      () => say('STOP IT'),
      rename,
    );
    expect(codes).toEqual(['DUPLICATE', 'DUPLICATE', 'DUPLICATE', 'DUPLICATE']);
  });

  it('APP11 an update or a delete of what does not exist is NOT_FOUND', async () => {
    const unknown = { id: 4_711 };
    const codes = await refused(
      () => writer.call('update_recording', { ...unknown, status: 'failed' }),
      () => writer.call('delete_recording', { ...unknown, delete_file: true }),
      () => writer.call('update_dictionary_entry', { ...unknown, enabled: false }),
      () => writer.call('delete_dictionary_entry', unknown),
      () => writer.call('update_voice_command', { ...unknown, enabled: false }),
      () => writer.call('set_voice_command_enabled', { ...unknown, enabled: false }),
      () => writer.call('delete_voice_command', unknown),
      () => writer.call('delete_command', unknown),
      () => writer.call('update_window_context', { ...unknown, enabled: false }),
      () => writer.call('delete_window_context', unknown),
      () => writer.call('delete_setting', { key: 'never saved' }),
      () => writer.call('add_window_context', { name: 'n', app_name: 'a', dictionary_entry_ids: [4_711] }),
    );
    expect(new Set(codes)).toEqual(new Set(['NOT_FOUND']));
  });

  it('APP12 save_settings saves all or nothing, also in the eyes of a reader', async () => {
    const values = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`bulk ${index}`, index]));
    const saved = writer.call<Applied>('save_settings', { values });
    const seen = new Set<number>();
    for (let done = false; !done;) {
      const { settings } = await reader.call<Settings>('get_settings', { keys: Object.keys(values) });
      seen.add(Object.keys(settings).length);
      done = Object.keys(settings).length > 0;
    }
    expect((await saved).seq).toBe(await lastSeq());
    expect([...seen].filter((count) => count !== 0 && count !== 200)).toEqual([]);
    const tooLong = { good: 1, ['k'.repeat(129)]: 2 };
    const tooLarge = { good: 1, large: 'x'.repeat(65 * 1024) };
    const codes = await refused(
      () => writer.call('save_settings', { values: tooLong }),
      () => writer.call('save_settings', { values: tooLarge }),
    );
    expect(codes).toEqual(['INVALID_ARGUMENT', 'LIMIT_EXCEEDED']);
    expect(await setting('good')).toBeUndefined();
  });

  it.each(["it's", "'; DELETE FROM settings; --", '\\', 'a\nb', 'a\0b', '/* */ %', '😀', ' blank '])(
    'APP36 the key %j is text like any other: saved, read, explained',
    async (key) => {
      const { seq } = await save(key, key);
      expect(await setting(key)).toBe(key);
      const explained = await reader.call('explain', { area: 'settings', id: key });
      expect(explained).toMatchObject({ row: { key, value: key }, history: [{ seq }] });
    },
  );
});
