import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeOnEngines } from '../support/engines.ts';
import { readModels } from '../support/read-back.ts';
import { copyOfTake, eventually, startService, type TestService } from '../support/service.ts';
import { RawClient } from '../unit/ipc/service.ts';
import type { Applied } from './command-cases/case.ts';

const frame = (body: string, length = Buffer.byteLength(body)): string =>
  `Content-Length: ${length}\r\n\r\n${body}`;
const request = (method: string, params: unknown, id: unknown = 7): string =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params });

describeOnEngines('bad input', (engine) => {
  let service: TestService;
  let folder: string;
  let wav: string;
  const taken = randomUUID();

  /** All that the service knows; equal before and after what must not write. */
  const everything = async () => {
    const { last_seq } = await service.heycat.call<{ last_seq: number }>('get_status');
    return { last_seq, answers: await readModels(service.heycat) };
  };
  /** Runs the abuse and checks that nothing was written and that a client which was there all the time is served. */
  const harmless = async <T>(abuse: () => Promise<T>): Promise<T> => {
    using bystander = await RawClient.authenticated(service);
    const before = await everything();
    const answer = await abuse();
    expect((await bystander.request(1, 'list_recordings', {})).result).toMatchObject({ total_count: 1 });
    expect(await everything()).toEqual(before);
    return answer;
  };

  beforeAll(async () => {
    service = await startService(engine);
    folder = join(service.dataDir, 'recordings');
    wav = await copyOfTake(folder);
    await service.heycat.call<Applied>('add_recording', { file_path: wav });
    await service.heycat.call('save_setting', { command_id: taken, key: 'theme', value: 'dark' });
    await service.heycat.call('add_dictionary_entry', { trigger: 'brb', replacement: 'be right back' });
    await writeFile(join(folder, 'text.wav'), 'this is no sound');
    await writeFile(join(folder, 'empty.wav'), '');
  });
  afterAll(() => service[Symbol.asyncDispose]());

  const add = 'add_dictionary_entry';
  const good = { trigger: 'new', replacement: '' };
  it.each<[string, string, unknown, string, object]>([
    ['an unknown method', 'delete_recordin', {}, 'METHOD_NOT_FOUND', { did_you_mean: 'delete_recording' }],
    ['a method of every object', 'constructor', {}, 'METHOD_NOT_FOUND', {}],
    ['a missing field', 'save_setting', { value: 1 }, 'INVALID_ARGUMENT', { field: 'key' }],
    ['no params', 'add_recording', undefined, 'INVALID_ARGUMENT', { field: 'file_path' }],
    ['a wrong type', 'delete_recording', { id: '1' }, 'INVALID_ARGUMENT', { field: 'id' }],
    ['a number beyond its bounds', 'delete_recording', { id: 2 ** 53 }, 'INVALID_ARGUMENT', { field: 'id' }],
    ['an unknown field', add, { ...good, triger: 'x' }, 'INVALID_ARGUMENT', { field: 'triger' }],
    ['params as an array', 'save_setting', ['theme', 'light'], 'INVALID_ARGUMENT', { field: 'params' }],
    ['params as text', 'save_setting', 'theme', 'INVALID_ARGUMENT', { field: 'params' }],
    ['a wrong expected_seq', 'delete_setting', { key: 'theme', expected_seq: -1 }, 'INVALID_ARGUMENT', {}],
    [
      'a command_id that is no UUID',
      add,
      { ...good, command_id: 'x' },
      'INVALID_ARGUMENT',
      { field: 'command_id' },
    ],
    [
      'a used command_id',
      'save_setting',
      { command_id: taken, key: 'theme', value: 1 },
      'COMMAND_REUSED',
      {},
    ],
    ['a duplicate trigger', add, { trigger: 'BRB', replacement: '' }, 'DUPLICATE', {}],
    ['a blank trigger', add, { trigger: ' ', replacement: '' }, 'INVALID_ARGUMENT', { field: 'trigger' }],
    [
      'text too large for its field',
      'save_setting',
      { key: 'k', value: 'x'.repeat(70_000) },
      'LIMIT_EXCEEDED',
      {},
    ],
    [
      'a title_pattern that is no regex',
      'add_window_context',
      { name: 'n', app_name: 'a', title_pattern: '(' },
      'INVALID_ARGUMENT',
      { field: 'title_pattern' },
    ],
    ['an unknown event type', 'subscribe', { types: ['nonsense'] }, 'INVALID_ARGUMENT', { field: 'types' }],
    [
      'a cursor that nobody gave',
      'list_recordings',
      { cursor: 'x' },
      'INVALID_ARGUMENT',
      { field: 'cursor' },
    ],
    [
      'a file that does not exist',
      'add_recording',
      { file_path: '/nowhere/a.wav' },
      'INVALID_ARGUMENT',
      { field: 'file_path' },
    ],
    ['a relative path', 'add_recording', { file_path: 'a.wav' }, 'INVALID_ARGUMENT', { field: 'file_path' }],
  ])(
    'APP20 %s is refused with its code, and nothing is written',
    async (_, method, params, code, details) => {
      const answer = await harmless(async () => {
        using client = await RawClient.authenticated(service);
        return await client.request(7, method, params);
      });
      expect(answer.error?.data).toMatchObject({ code, retryable: false, details });
    },
  );

  it.each(['text.wav', 'empty.wav', ''])('APP20 the file «%s» is no WAV', async (name) => {
    const answer = await harmless(async () => {
      using client = await RawClient.authenticated(service);
      return await client.request(7, 'add_recording', { file_path: join(folder, name) });
    });
    expect(answer.error?.data).toMatchObject({ code: 'INVALID_ARGUMENT', details: { field: 'file_path' } });
  });

  it.each(['__proto__', 'constructor', 'prototype', 'toString'])(
    'APP21 a field or key named %s is data, and changes no object',
    async (name) => {
      const text = `{"jsonrpc":"2.0","id":7,"method":"add_dictionary_entry","params":{"trigger":"x","replacement":"","${name}":{"polluted":1}}}`;
      await harmless(async () => {
        using client = await RawClient.authenticated(service);
        client.write(frame(text));
        const { error } = await client.answer(7);
        expect(error?.data).toMatchObject({ code: 'INVALID_ARGUMENT', details: { field: name } });
      });
      using client = await RawClient.authenticated(service);
      client.write(
        frame(
          `{"jsonrpc":"2.0","id":8,"method":"save_setting","params":{"key":"${name}","value":{"__proto__":1}}}`,
        ),
      );
      expect((await client.answer(8)).result).toMatchObject({ status: 'applied' });
      client.write(frame(`{"jsonrpc":"2.0","id":9,"method":"get_settings","params":{"keys":["${name}"]}}`));
      const { settings } = (await client.answer(9)).result as { settings: object };
      expect(JSON.stringify(settings)).toBe(`{"${name}":{"__proto__":1}}`);
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    },
  );

  it('APP22 a request larger than a MiB is refused by its header, before it is sent', async () => {
    await harmless(async () => {
      using client = await RawClient.authenticated(service);
      client.write(`Content-Length: ${10 * 1024 * 1024}\r\n\r\n`);
      const { error } = await client.answer(null);
      expect(error?.data).toMatchObject({ code: 'LIMIT_EXCEEDED' });
      await client.closed();
    });
    await harmless(async () => {
      using client = await RawClient.authenticated(service);
      client.write(frame(request('save_setting', { key: 'k', value: 'x'.repeat(10 * 1024 * 1024) })));
      await client.closed();
    });
  });

  it.each<[string, string, string, unknown]>([
    [
      'deep JSON',
      request('save_setting', { key: 'k', value: 0 }).replace('0}', '['.repeat(5_000)),
      'LIMIT_EXCEEDED',
      null,
    ],
    [
      'deep and well-formed JSON',
      `{"jsonrpc":"2.0","id":7,"method":"ping","params":${'{"a":'.repeat(64)}1${'}'.repeat(64)}}`,
      'LIMIT_EXCEEDED',
      null,
    ],
    ['what is not JSON', '{"jsonrpc":"2.0",', 'PARSE_ERROR', null],
    ['another version', '{"jsonrpc":"1.0","id":7,"method":"ping"}', 'INVALID_REQUEST', 7],
    ['a method that is no text', '{"jsonrpc":"2.0","id":7,"method":{}}', 'INVALID_REQUEST', 7],
    ['an id that is an object', request('ping', {}, {}), 'INVALID_REQUEST', null],
    ['an empty batch', '[]', 'INVALID_REQUEST', null],
  ])('APP23 %s is answered with its code, and the connection goes on', async (_, body, code, id) => {
    await harmless(async () => {
      using client = await RawClient.authenticated(service);
      client.write(frame(body));
      expect((await client.answer(id as null)).error?.data).toMatchObject({ code });
      expect((await client.request(99, 'ping')).result).toEqual({});
    });
  });

  it('APP24 half a frame and a header that lies hurt only their own connection', async () => {
    await harmless(async () => {
      using half = await RawClient.authenticated(service);
      const save = request('save_setting', { key: 'half', value: 1 });
      half.write(frame(save).slice(0, -10));
      using lying = await RawClient.authenticated(service);
      lying.write(frame(save, save.length - 10) + frame(request('ping', {}, 8)));
      expect((await lying.answer(null)).error?.data.code).toBe('PARSE_ERROR');
      await lying.closed();
      using nonsense = await RawClient.authenticated(service);
      nonsense.write('Content-Length: many\r\n\r\n');
      await nonsense.closed();
      expect(half.isClosed).toBe(false);
    });
  });

  it('APP25 before the handshake nothing is answered: garbage, a request, a wrong token', async () => {
    const hello = request('hello', { protocol: { min: 1, max: 1 }, client: {}, nonce: 'ab'.repeat(32) }, 1);
    const before = [
      'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n',
      Buffer.alloc(100_000, 0xff),
      frame(request('save_setting', { key: 'k', value: 1 })),
      frame(hello) + frame(request('save_setting', { key: 'k', value: 1 }, 2)),
    ];
    await harmless(async () => {
      for (const bytes of before) {
        using client = new RawClient(service.runtime.socket);
        client.write(bytes);
        await client.closed();
        expect(client.messages.filter(({ id }) => id !== 1)).toEqual([]);
      }
      const wrong = { runtime: service.runtime, token: 'ab'.repeat(32) };
      using client = await RawClient.authenticated(wrong);
      await client.closed();
      expect((await client.request(9, 'list_recordings', {})).result).toBeUndefined();
      // Nobody keeps a place among the few that may be unauthenticated.
      await eventually(
        async () => (await service.heycat.call<{ clients: number }>('get_status')).clients <= 1,
      );
    });
  });
});
