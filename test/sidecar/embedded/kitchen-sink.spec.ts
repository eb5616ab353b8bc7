import { readFile } from 'node:fs/promises';
import * as fc from 'fast-check';
import { HeycatError } from '../../../src/errors.ts';
import { KITCHEN_SINK } from '../../../scripts/module-digest.mjs';
import { openModuleHost } from '../../../src/infra/database/embedded/host/open-module-host.ts';
import type { ModuleSchema } from '../../../src/infra/database/embedded/module-host.ts';
import { identityBytes, identityFromClaims } from '../../../src/infra/database/identity/claims.ts';
import { bsatnOf } from '../../support/bsatn-values.ts';
import { callFrame, subscribeFrame } from '../../support/bsatn-frames.ts';
import type { Told } from '../../support/server-frames.ts';
import { describeWithServer } from '../../support/spacetimedb.ts';
import {
  answered,
  isCall,
  playOnBoth,
  rawCalls,
  subscriptions,
  type Act,
  type Outcomes,
  type Step,
} from '../../support/story.ts';
import { twoEngines, type Pair, type TwoEngines } from '../../support/two-engines.ts';

const CALLS = Number(process.env['HEYCAT_DIFF_CALLS'] ?? 1_000);
const SEED = Number(process.env['HEYCAT_DIFF_SEED'] ?? Date.now() % 2 ** 31);
const CALLS_PER_RUN = 50;
const TRAPPED = 'The Wasm instance encountered a fatal error.';
const NOTHING = new Uint8Array(0);

/** Two connections of one person, another person, and the owner of the database. */
const OWNER = 3;
const U64_MAX = '18446744073709551615';
const QUERIES = [
  'SELECT * FROM things',
  'SELECT * FROM things WHERE size > 0',
  'SELECT * FROM things WHERE size = -2147483648 OR size = 2147483647',
  `SELECT * FROM things WHERE rank = ${U64_MAX} OR rank <= 1`,
  "SELECT * FROM things WHERE label = 'a' AND rank = 1",
  "SELECT * FROM things WHERE label > 'a' AND label < 'é'",
  "SELECT * FROM things WHERE code = '🐈'",
  'SELECT * FROM things WHERE flag = true',
  'SELECT * FROM things WHERE owner = 0x$0',
  'SELECT * FROM things WHERE owner != 0x$2',
  'SELECT * FROM things WHERE id = 3',
  'SELECT * FROM values',
  'SELECT * FROM values WHERE huge < 0',
  'SELECT * FROM values WHERE unsigned >= 5',
  'SELECT * FROM values WHERE giant > -1',
  'SELECT * FROM values WHERE vast <= 2',
  'SELECT * FROM values WHERE small = -128 OR byte = 255',
  'SELECT * FROM values WHERE bytes = 0x0005',
  'SELECT * FROM values WHERE who = 0x$1',
  "SELECT * FROM values WHERE text = ''",
  'SELECT * FROM measures',
  'SELECT * FROM extremes WHERE key >= 0',
  'SELECT * FROM extremes WHERE vast = 1',
  'SELECT * FROM ticks WHERE id < 20',
  'SELECT * FROM slots WHERE slot = 1',
  'SELECT * FROM secrets',
  'SELECT * FROM notes',
  'SELECT * FROM notes WHERE shared = true',
  'SELECT * FROM notes WHERE author = 0x$2',
  'SELECT * FROM answers',
  'SELECT * FROM sessions',
  'SELECT * FROM banned',
  'SELECT * FROM times',
  // Refused by both:
  'SELECT * FROM things WHERE size = 2147483648',
  'SELECT * FROM values WHERE small = -129',
  "SELECT * FROM values WHERE huge = 'text'",
  'SELECT * FROM values WHERE maybe = 1',
  'SELECT * FROM values WHERE nested = 1',
  'SELECT * FROM nothing',
];

/** Those that cost the most, or take a person away, come less often. */
const WEIGHTS: Readonly<Record<string, number>> = { allocate: 1, recurse: 3, ban: 2, reset: 1 };

async function schemaOf(path: string): Promise<ModuleSchema> {
  const zero = new Uint8Array(32);
  const wasm = await readFile(path);
  const host = await openModuleHost({ wasm, folder: undefined, databaseIdentity: zero, owner: zero });
  await host.close();
  return host.schema;
}

function historyOf({ reducers }: ModuleSchema, people: readonly string[]): fc.Arbitrary<Act<Uint8Array>[]> {
  const identities = people.map(identityBytes);
  const calls: fc.Arbitrary<Step<Uint8Array>> = fc.oneof(
    ...reducers
      .filter(({ name, lifecycle }) => lifecycle === undefined && name !== 'heartbeat')
      .map(({ name, params }) => ({
        weight: WEIGHTS[name] ?? 10,
        arbitrary: fc.record({
          kind: fc.constant('call' as const),
          reducer: fc.constant(name),
          args: bsatnOf({ kind: 'product', elements: params }, identities),
          answered,
        }),
      })),
  );
  const step = fc.oneof(
    { weight: 40, arbitrary: calls },
    { weight: 1, arbitrary: rawCalls('add_thing', 'put_value', 'nothing', 'client_disconnected', 'init') },
    { weight: 6, arbitrary: subscriptions(QUERIES) },
    { weight: 1, arbitrary: fc.constant({ kind: 'rejoin' as const }) },
  );
  const person = fc.constantFrom(0, 0, 1, 2, 2, OWNER);
  return fc.array(fc.record({ person, step }), {
    minLength: CALLS_PER_RUN,
    maxLength: CALLS_PER_RUN * 2,
    size: 'max',
  });
}

describeWithServer(
  'the embedded engine beside the real server, with a module that fails in every way',
  () => {
    let engines: TwoEngines;
    let schema: ModuleSchema;
    let subjects: string[];
    /** The owner's, over all runs: it hears who leaves, and lets people in again. */
    let watcher: Pair;
    beforeAll(async () => {
      schema = await schemaOf(KITCHEN_SINK.wasm);
      engines = await twoEngines({ wasmPath: KITCHEN_SINK.wasm });
      subjects = ['one', 'one', 'other', engines.deployerSubject];
      watcher = await engines.connect(engines.deployerSubject);
      const isAnswer = ({ kind }: Told) => kind === 'subscribed';
      for (const each of watcher) await each.ask(subscribeFrame('SELECT * FROM sessions'), isAnswer);
    });
    afterAll(() => engines[Symbol.asyncDispose]());

    /** Resolves when the module has been told of the end. */
    async function leave(pair: Pair | undefined): Promise<void> {
      const isGone = (told: Told) => 'call' in told && told.call.reducer === 'client_disconnected';
      for (const [side, each] of (pair ?? []).entries()) {
        await watcher[side]!.hear(() => each.socket.close(), isGone);
      }
    }

    async function rejoin(person: number, old?: Pair): Promise<Pair | undefined> {
      await leave(old);
      // That only one of them refuses is told as another kind of error.
      return engines.connect(subjects[person]!).catch((thrown: unknown) => {
        if (!(thrown instanceof HeycatError)) throw thrown;
        return undefined;
      });
    }

    async function clear(): Promise<void> {
      const isAnswer = (told: Told) => 'call' in told && told.call.reducer === 'reset';
      for (const each of watcher) {
        await each.ask(callFrame('reset', NOTHING), isAnswer);
        each.take();
      }
    }

    it(
      `EMB18 ${CALLS} generated calls, many of which trap, are answered and told alike (seed ${SEED})`,
      async () => {
        const people = subjects.map((each) => identityFromClaims('localhost', each));
        const callable = schema.reducers.filter(({ lifecycle }) => !lifecycle).map(({ name }) => name);
        const tables = schema.tables.map(({ name }) => `SELECT * FROM ${name}`);
        /** Everything that is there. */
        const contents: Act<Uint8Array>[] = [
          { person: OWNER, step: { kind: 'rejoin' } },
          { person: OWNER, step: { kind: 'subscribe', id: 9, queries: tables } },
        ];
        const outcomes: Outcomes = { committed: 0, failed: new Map() };
        let count = 0;
        const sameEverywhere = async (acts: readonly Act<Uint8Array>[]): Promise<void> => {
          await clear();
          const cast: (Pair | undefined)[] = [];
          for (const person of subjects.keys()) cast.push(await rejoin(person));
          const encode = (_reducer: string, args: Uint8Array) => args;
          const stage = { callable, encode, people, cast, rejoin };
          await playOnBoth(stage, acts, outcomes);
          // Whoever the acts have banned, the owner comes back to look at everything.
          await engines.admit(engines.deployerSubject);
          await playOnBoth(stage, contents, outcomes);
          expect(cast[OWNER]).toBeDefined();
          count += acts.filter(isCall).length;
          for (const each of cast) await leave(each);
        };
        await fc.assert(fc.asyncProperty(historyOf(schema, people), sameEverywhere), {
          seed: SEED,
          numRuns: Math.ceil(CALLS / CALLS_PER_RUN),
          endOnFailure: process.env['HEYCAT_DIFF_SHRINK'] === undefined,
        });
        expect(count).toBeGreaterThanOrEqual(CALLS);
        expect(outcomes.committed).toBeGreaterThan(CALLS / 10);
        expect(outcomes.failed.get(TRAPPED)).toBeGreaterThan(CALLS / 100);
      },
      60_000 + CALLS * 60,
    );
  },
);
