import { ERRORS } from '../../../../src/errors.ts';
import { DOMAIN_EVENT_TYPES } from '../../../../src/events/domain-event.ts';
import { LIVE_EVENT_TYPES } from '../../../../src/events/live-event.ts';
import type { OpenRpcDocument } from '../../../../src/infra/ipc/openrpc/describe.ts';
import { startService } from './service.ts';

async function described(): Promise<{ document: OpenRpcDocument; methods: string[] }> {
  await using service = await startService();
  const answer = JSON.parse(JSON.stringify(await service.call('describe'))) as OpenRpcDocument;
  return { document: answer, methods: service.methods };
}

const method = (document: OpenRpcDocument, name: string) =>
  document.methods.find((one) => one.name === name)!;

function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const { $ref } = value as { $ref?: string };
  return [...($ref === undefined ? [] : [$ref]), ...Object.values(value).flatMap(referencesIn)];
}

function resolve(document: unknown, reference: string): unknown {
  expect(reference).toMatch(/^#\//);
  const steps = reference.slice(2).split('/');
  return steps.reduce<unknown>(
    (part, step) => (part as Record<string, unknown> | undefined)?.[step],
    document,
  );
}

it('CM20 it has what OpenRPC requires', async () => {
  const { document } = await described();
  expect(document).toMatchObject({ openrpc: '1.3.2', info: { title: 'heycat', version: '1.2.3' } });
  expect(new Set(document.methods.map(({ name }) => name)).size).toBe(document.methods.length);
  for (const { name, summary, params, result, errors } of document.methods) {
    expect(name).toMatch(/^[a-z_]+$/);
    expect(summary).toMatch(/\.$/);
    expect(result).toMatchObject({ name: 'result', schema: expect.any(Object) as object });
    expect(errors.length).toBeGreaterThan(0);
    const required = params.map((param) => param.required);
    // OpenRPC wants the required params first.
    expect(required).toEqual(required.toSorted((a, b) => Number(b) - Number(a)));
    for (const param of params) expect(typeof param.schema).toBe('object');
  }
});

it('CM20 every method is in it, those of the transport too', async () => {
  const { document, methods } = await described();
  const names = document.methods.map(({ name }) => name);
  expect(names).toEqual([...methods, 'hello', 'authenticate', 'ping'].toSorted());
  expect(method(document, 'delete_command')['x-alias-of']).toBe('delete_voice_command');
});

it('CM20 every reference resolves, and every error is one of the table', async () => {
  const { document } = await described();
  const references = referencesIn(document);
  expect(references.length).toBeGreaterThan(100);
  expect(references.filter((reference) => resolve(document, reference) === undefined)).toEqual([]);
  expect(Object.keys(document.components.errors)).toEqual(Object.keys(ERRORS));
  expect(document.components.errors['CONFLICT']).toMatchObject({ code: -32003, data: { code: 'CONFLICT' } });
});

it('CM20 params come from the rules that check them', async () => {
  const { document } = await described();
  const fields = (name: string) =>
    Object.fromEntries(method(document, name).params.map((param) => [param.name, param]));
  expect(fields('save_setting')).toMatchObject({
    key: { required: true, schema: { type: 'string', minLength: 1, maxLength: 128 } },
    value: { required: true, schema: { 'x-max-bytes': 65_536 } },
    expected_seq: { required: false, schema: { anyOf: [{ type: 'integer', minimum: 0 }, { type: 'null' }] } },
    command_id: { required: false },
  });
  expect(fields('save_setting')['value']!.schema).not.toHaveProperty('type');
  expect(fields('update_window_context')).toMatchObject({
    id: { required: true, schema: { type: 'integer', minimum: 1 } },
    name: { required: false, schema: { type: 'string' } },
    title_pattern: {
      required: false,
      schema: { anyOf: [{ type: 'string', format: 'regex' }, { type: 'null' }] },
    },
    dictionary_mode: { schema: { enum: ['merge', 'replace'] } },
    enabled: { schema: { type: 'boolean' } },
    voice_command_ids: { schema: { type: 'array', items: { type: 'integer' }, uniqueItems: true } },
  });
  expect(fields('list_recordings')).toMatchObject({
    limit: { required: false },
    at_least_seq: { required: false },
  });
  expect(Object.keys(fields('describe'))).toEqual(['timeout_ms']);
});

it('CM20 answers and errors fit the kind of method', async () => {
  const { document } = await described();
  const codes = (name: string) => method(document, name).errors.map(({ $ref }) => $ref.split('/').at(-1));
  expect(method(document, 'delete_recording').result.schema).toMatchObject({
    oneOf: [
      {
        properties: {
          status: { enum: ['applied'] },
          result: { $ref: '#/components/schemas/RecordingDeletion' },
        },
        required: ['status', 'command_id', 'seq', 'result'],
      },
      {
        properties: { status: { enum: ['queued'] } },
        required: ['status', 'command_id', 'position'],
      },
    ],
  });
  expect(codes('delete_recording')).toEqual(
    expect.arrayContaining(['NOT_FOUND', 'CONFLICT', 'NOT_AUTHORIZED']),
  );
  expect(codes('add_dictionary_entry')).toEqual(expect.arrayContaining(['DUPLICATE', 'COMMAND_REUSED']));
  expect(codes('add_dictionary_entry')).not.toContain('CONFLICT');
  expect(codes('get_status')).toContain('NOT_YET');
  expect(method(document, 'list_recordings').result.schema).toMatchObject({
    type: 'object',
    required: ['recordings', 'total_count', 'has_more', 'cursor', 'as_of_seq'],
  });
});

it('CM20 answers have the fields that are described', async () => {
  await using service = await startService();
  const { methods } = (await service.call('describe')) as unknown as OpenRpcDocument;
  for (const name of [
    'list_recordings',
    'get_settings',
    'get_voice_commands',
    'get_statistics',
    'get_status',
  ]) {
    const { schema } = methods.find((one) => one.name === name)!.result;
    expect(Object.keys(await service.call(name))).toEqual(
      expect.arrayContaining(schema['required'] as string[]),
    );
  }
});

it('CM20 events and limits are in it', async () => {
  const { document } = await described();
  expect(document['x-events']).toEqual([
    ...DOMAIN_EVENT_TYPES.map((type) => ({ type, durable: true, payload: expect.any(Object) as object })),
    ...LIVE_EVENT_TYPES.map((type) => ({ type, durable: false, payload: expect.any(Object) as object })),
  ]);
  const { payload } = document['x-events'].find(({ type }) => type === 'setting_deleted')!;
  expect(resolve(document, String(payload['$ref']))).toMatchObject({
    properties: { key: { type: 'string' } },
    required: ['key'],
  });
  expect(document['x-limits']).toMatchObject({ max_request_bytes: 1_048_576, setting_key_chars: 128 });
});
