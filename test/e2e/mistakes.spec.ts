import { Ajv } from 'ajv';
import type { JsonSchema } from '../../src/fields/fields.ts';
import { HeycatClient } from '../../src/infra/ipc/client/client.ts';
import type { OpenRpcDocument } from '../../src/infra/ipc/openrpc/describe.ts';
import { ANSWERED, NOT_FOUND } from '../support/good-params.ts';
import { startService, type TestService } from '../support/service.ts';

/** Params that are right but for one field. */
const GOOD: Record<string, object | undefined> = {
  ...ANSWERED,
  ...NOT_FOUND,
  subscribe: {},
  unsubscribe: { subscription: 1 },
  create_backup: {},
};
/** Checked by the transport, which ignores fields that it does not know: see IPC2 and IPC9. */
const TRANSPORT = ['hello', 'authenticate', 'ping'];

const VALUES: Record<string, unknown> = {
  null: null,
  'an object': {},
  'a list': [],
  'a list of nulls': [null],
  'a list of texts': ['nonsense'],
  'the same id twice': [1, 1],
  true: true,
  'no text': '',
  'blank text': ' ',
  'some text': 'nonsense',
  'half a surrogate pair': 'a\ud800',
  'a text of 300': 'x'.repeat(300),
  'a text of 200,000': 'x'.repeat(200_000),
  '2,000 items': Array.from({ length: 2_000 }, (_, index) => index + 1),
  '2,000 entries': Object.fromEntries(Array.from({ length: 2_000 }, (_, index) => [`k${index}`, 1])),
  'a large entry': { k: 'x'.repeat(100_000) },
  zero: 0,
  'minus one': -1,
  'a fraction': 1.5,
  '2^53': 2 ** 53,
  '90,000': 90_000,
};

interface Refusal {
  code?: string;
  message?: string;
  details?: { field?: string };
}

const ajv = new Ajv({ strict: false, validateFormats: false });
ajv.addKeyword({
  keyword: 'x-max-bytes',
  validate: (max: number, value: unknown) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return Buffer.byteLength(text) <= max;
  },
});

describe('mistakes in params', () => {
  let service: TestService;
  let client: HeycatClient;
  let document: OpenRpcDocument;
  const methods = () => document.methods.filter(({ name }) => !TRANSPORT.includes(name));

  beforeAll(async () => {
    service = await startService('embedded');
    client = await HeycatClient.connect({ runtimeDir: service.runtimeDir });
    document = await client.call('describe', {});
  });
  afterAll(async () => {
    await client.close();
    await service[Symbol.asyncDispose]();
  });

  const refusal = (method: string, params: object): Promise<Refusal | undefined> =>
    client.call(method, params).then(
      () => undefined,
      (error: Refusal) => error,
    );

  it('CM26 every method is tried', () => {
    expect(methods().map(({ name }) => name)).toEqual(Object.keys(GOOD).toSorted());
  });

  it('CM26 the same mistake has the same code and sentence in every method', async () => {
    const told = new Map<string, string>();
    const differing: string[] = [];
    let refused = 0;
    const same = (kind: string, mistake: string, field: string, { code, message }: Refusal) => {
      const sentence = `${code}: ${message!.replaceAll(field, '$')}`;
      const key = `${kind} ${mistake}`;
      if ((told.get(key) ?? sentence) !== sentence)
        differing.push(`${field}: ${sentence} | ${told.get(key)}`);
      told.set(key, sentence);
      refused += 1;
    };
    for (const { name: method, params } of methods()) {
      for (const { name: field, schema, required } of params) {
        const kind = JSON.stringify(withoutNull(schema));
        const allows = ajv.compile(schema);
        const mistakes = Object.entries(VALUES).filter(([, value]) => !allows(value));
        const wrong = [...mistakes, ...(required ? [['nothing', undefined] as const] : [])];
        expect(wrong.length).toBeGreaterThan(0);
        for (const [mistake, value] of wrong) {
          const answer = await refusal(method, { ...GOOD[method], [field]: value });
          const what = `${method} {${field}: ${mistake}}`;
          expect([what, answer?.code, answer?.details?.field]).toEqual([
            what,
            expect.stringMatching(/^(INVALID_ARGUMENT|LIMIT_EXCEEDED)$/),
            field,
          ]);
          same(kind, mistake, field, answer!);
        }
      }
    }
    expect(differing).toEqual([]);
    expect(refused).toBeGreaterThan(2_000);
  });

  it('CM26 no value of a field is INTERNAL, and null is as good as nothing', async () => {
    const internal: string[] = [];
    const refusedNulls: string[] = [];
    // A right value is carried out: a seq that never comes must not be waited for long.
    const timeout_ms = 50;
    for (const { name: method, params } of methods()) {
      for (const { name: field, schema } of params) {
        const allows = ajv.compile(schema);
        for (const [what, value] of Object.entries(VALUES).filter(([, value]) => allows(value))) {
          const answer = await refusal(method, { ...GOOD[method], timeout_ms, [field]: value });
          if (value === null && answer?.details?.field === field) refusedNulls.push(`${method} {${field}}`);
          if (answer?.code === 'INTERNAL') internal.push(`${method} {${field}: ${what}}`);
        }
      }
    }
    expect(internal).toEqual([]);
    expect(refusedNulls).toEqual([]);
  });

  it('CM26 a field that a method does not have is refused by its name', async () => {
    for (const { name } of methods()) {
      expect(await refusal(name, { ...GOOD[name], nonsense: 1 })).toMatchObject({
        code: 'INVALID_ARGUMENT',
        details: { field: 'nonsense' },
      });
    }
  });
});

function withoutNull(schema: JsonSchema): unknown {
  const either = schema['anyOf'] as JsonSchema[] | undefined;
  return either?.[1]?.['type'] === 'null' ? either[0] : schema;
}
