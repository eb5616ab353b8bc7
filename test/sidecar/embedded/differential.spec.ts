import { BinaryWriter } from '@clockworklabs/spacetimedb-sdk';
import * as fc from 'fast-check';
import { identityFromClaims } from '../../../src/infra/engine/identity/claims.ts';
import { encodeReducerArgs, generatedModule } from '../../../src/infra/link/generated-module.ts';
import { callFrame, subscribeFrameOf, unsubscribeFrame } from '../../support/bsatn-frames.ts';
import { reducerArgs, withIdentities } from '../../support/reducer-args.ts';
import type { Told } from '../../support/server-frames.ts';
import { describeWithServer } from '../../support/spacetimedb.ts';
import { twoEngines, type Listener } from '../../support/two-engines.ts';

const CALLS = Number(process.env['HEYCAT_DIFF_CALLS'] ?? 1_000);
const SEED = Number(process.env['HEYCAT_DIFF_SEED'] ?? Date.now() % 2 ** 31);
const CALLS_PER_RUN = 50;

/** `$0`, `$1` and `$2` are the three people's identities. */
const QUERIES = [
  'SELECT * FROM settings',
  "select * from settings where key = 'theme' or key = 'it''s'",
  'SELECT * FROM settings WHERE owner_identity = 0x$0',
  'SELECT * FROM settings WHERE owner_identity = 0x$1',
  'SELECT * FROM event_log WHERE owner_identity = 0x$0 AND seq > 3',
  "SELECT * FROM event_log WHERE seq <= 5 AND (area = 'settings' OR area = 'recordings')",
  "SELECT * FROM event_log WHERE event_type != 'setting_updated'",
  "SELECT * FROM command_receipts WHERE command_id = 'c1'",
  'SELECT * FROM command_receipts WHERE first_seq >= 2 AND last_seq < 9',
  'SELECT * FROM dictionary_entries',
  'SELECT dictionary_entries.* FROM dictionary_entries WHERE dictionary_entries.id < 3',
  'SELECT * FROM dictionary_entries WHERE enabled = true AND auto_enter = false',
  "SELECT * FROM dictionary_entries WHERE trigger > 'b' AND trigger <= 'omw'",
  'SELECT * FROM voice_commands WHERE id <> 1',
  'SELECT * FROM window_contexts WHERE priority < 0',
  'SELECT * FROM window_contexts WHERE priority >= -5 AND priority <= 1',
  "SELECT * FROM recordings WHERE status = 'recorded'",
  'SELECT * FROM "recordings" WHERE duration_ms > 2',
  'SELECT * FROM stream_heads WHERE owner_identity = 0x$2',
  'SELECT * FROM event_log WHERE row_key > 0 AND row_key <= 340282366920938463463374607431768211455 AND seq > 2',
  "SELECT * FROM settings WHERE row_key >= '8' AND row_key < 'c/'",
  'SELECT * FROM command_receipts WHERE first_seq > 2 AND first_seq <= 18446744073709551615',
  'SELECT * FROM members',
  // Refused by both:
  'SELECT * FROM nothing',
  'SELECT key FROM settings',
  'SELECT * FROM settings WHERE nothing = 1',
  "SELECT * FROM settings WHERE seq = 'text'",
  'SELECT * FROM recordings WHERE id = -1',
  'SELECT * FROM recordings LIMIT 1',
  'SELECT * FROM',
];

type Step =
  | { kind: 'call'; reducer: string; args: Record<string, unknown>; answered: boolean }
  | { kind: 'raw'; reducer: string; args: Uint8Array }
  | { kind: 'subscribe'; id: number; queries: string[] }
  | { kind: 'unsubscribe'; id: number };

const { reducers } = generatedModule();
const callable = Object.keys(reducers).filter((name) => name !== 'client_connected');

const calls: fc.Arbitrary<Step> = fc.oneof(
  ...callable
    .filter((name) => name !== 'heartbeat')
    // Once a person is no member, nothing of theirs succeeds any more.
    .map((reducer) => ({
      weight: reducer === 'revoke_member' ? 1 : 10,
      arbitrary: fc.record({
        kind: fc.constant('call' as const),
        reducer: fc.constant(reducer),
        args: reducerArgs(reducers[reducer]!.argsType),
        answered: fc.constantFrom(true, true, true, true, true, false),
      }),
    })),
);
const rawCalls: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('raw' as const),
  reducer: fc.constantFrom('save_setting', 'delete_recording', 'nothing', 'client_connected', 'init'),
  args: fc.uint8Array({ maxLength: 40 }),
});
const queryId = fc.integer({ min: 1, max: 4 });
const subscriptions: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('subscribe' as const),
    id: queryId,
    queries: fc.array(fc.constantFrom(...QUERIES), { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ kind: fc.constant('unsubscribe' as const), id: queryId }),
);
const steps = fc.array(
  fc.record({
    person: fc.constantFrom(0, 0, 0, 1, 1, 2),
    step: fc.oneof(
      { weight: 30, arbitrary: calls },
      { weight: 1, arbitrary: rawCalls },
      { weight: 6, arbitrary: subscriptions },
    ),
  }),
  { minLength: CALLS_PER_RUN, maxLength: CALLS_PER_RUN * 2, size: 'max' },
);

function frameOf(step: Step, people: readonly string[]): Uint8Array {
  switch (step.kind) {
    case 'call': {
      const writer = new BinaryWriter(1_024);
      encodeReducerArgs(step.reducer, writer, withIdentities(step.args, people));
      return callFrame(step.reducer, writer.getBuffer(), step.answered ? 0 : 1);
    }
    case 'raw':
      return callFrame(step.reducer, step.args);
    case 'subscribe':
      return subscribeFrameOf(
        step.id,
        step.queries.map((sql) => sql.replace(/\$(\d)/, (_match, n: string) => people[Number(n)]!)),
      );
    case 'unsubscribe':
      return unsubscribeFrame(step.id);
  }
}

/** An engine's own refusals are worded as each likes; the module's are the same to the letter. */
function isEngines(told: Told): boolean {
  if (told.kind !== 'failed') return false;
  return !callable.includes(told.call.reducer) || told.error.startsWith('invalid arguments for reducer');
}

/** The server sends its own refusals past those answers that are still on their way. */
function comparable(told: readonly Told[]): unknown {
  const worded = told.filter((each) => !isEngines(each));
  return {
    inOrder: worded.map((each) => (each.kind === 'refused' ? { ...each, error: 'refused' } : each)),
    refused: told.filter(isEngines).map((each) => each.kind === 'failed' && each.call.reducer),
  };
}

/** One person does a few things; what everybody is told until the end of it. */
async function play(
  listeners: Listener[],
  person: number,
  frames: readonly Uint8Array[],
): Promise<unknown[]> {
  const actor = listeners[person]!;
  for (const frame of frames) actor.socket.send(frame);
  // Each one's last word comes back after everything that they are told before; the actor's first.
  const last = callFrame('heartbeat', new Uint8Array(8));
  for (const each of [actor, ...listeners.filter((other) => other !== actor)]) {
    await each.ask(last, (told) => 'call' in told && told.call.reducer === 'heartbeat');
  }
  return listeners.map((each) => comparable(each.take()));
}

describeWithServer('the embedded engine beside the real server', () => {
  let engines: Awaited<ReturnType<typeof twoEngines>>;
  beforeAll(async () => {
    engines = await twoEngines();
  });
  afterAll(() => engines[Symbol.asyncDispose]());

  it(
    `EMB1 ${CALLS} generated calls by three people are answered and told alike (seed ${SEED})`,
    async () => {
      let run = 0;
      let count = 0;
      let committed = 0;
      const sameEverywhere = async (history: readonly { person: number; step: Step }[]): Promise<void> => {
        run += 1;
        const subjects = [`differential-${run}-a`, `differential-${run}-b`];
        for (const subject of subjects) await engines.admit(subject);
        const connections = await Promise.all([...subjects, engines.deployerSubject].map(engines.connect));
        const people = [...subjects, engines.deployerSubject].map((each) =>
          identityFromClaims('localhost', each),
        );
        // One person at a time: the order between connections is nobody's promise.
        for (let at = 0; at < history.length;) {
          const { person } = history[at]!;
          const turn = history.slice(at).findIndex((each) => each.person !== person);
          const part = history.slice(at, turn < 0 ? undefined : at + turn);
          at += part.length;
          const frames = part.map(({ step }) => frameOf(step, people));
          const [onServer, embedded] = await Promise.all(
            [0, 1].map((side) =>
              play(
                connections.map((each) => each[side]!),
                person,
                frames,
              ),
            ),
          );
          expect(embedded).toEqual(onServer);
          committed += JSON.stringify(onServer).split('"committed"').length - 1 - connections.length;
        }
        count += history.filter(({ step }) => step.kind === 'call' || step.kind === 'raw').length;
        for (const each of connections.flat()) each.socket.close();
      };
      const numRuns = Math.ceil(CALLS / CALLS_PER_RUN);
      await fc.assert(fc.asyncProperty(steps, sameEverywhere), {
        seed: SEED,
        numRuns,
        endOnFailure: process.env['HEYCAT_DIFF_SHRINK'] === undefined,
      });
      expect(count).toBeGreaterThanOrEqual(CALLS);
      // Else the generated arguments have become too wild to tell anything.
      expect(committed).toBeGreaterThan(CALLS / 10);
    },
    60_000 + CALLS * 20,
  );
});
