import * as fc from 'fast-check';
import { identityFromClaims } from '../../../src/infra/database/identity/claims.ts';
import { encodeCall, generatedModule } from '../../../src/infra/database/connection/remote-module.ts';
import { reducerArgs, withIdentities } from '../../support/reducer-args.ts';
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
import { twoEngines, type TwoEngines } from '../../support/two-engines.ts';

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

const { reducers } = generatedModule();
const callable = Object.keys(reducers).filter((name) => name !== 'client_connected');

type Args = Record<string, unknown>;

const calls: fc.Arbitrary<Step<Args>> = fc.oneof(
  ...callable
    .filter((name) => name !== 'heartbeat')
    // Once a person is no member, nothing of theirs succeeds any more.
    .map((reducer) => ({
      weight: reducer === 'revoke_member' ? 1 : 10,
      arbitrary: fc.record({
        kind: fc.constant('call' as const),
        reducer: fc.constant(reducer),
        args: reducerArgs(reducers[reducer]!.argsType),
        answered,
      }),
    })),
);
const history = fc.array(
  fc.record({
    person: fc.constantFrom(0, 0, 0, 1, 1, 2),
    step: fc.oneof(
      { weight: 30, arbitrary: calls },
      {
        weight: 1,
        arbitrary: rawCalls('save_setting', 'delete_recording', 'nothing', 'client_connected', 'init'),
      },
      { weight: 6, arbitrary: subscriptions(QUERIES) },
    ),
  }),
  { minLength: CALLS_PER_RUN, maxLength: CALLS_PER_RUN * 2, size: 'max' },
);

function encode(reducer: string, args: Args, people: readonly string[]): Uint8Array {
  return encodeCall(reducer, withIdentities(args, people));
}

describeWithServer('the embedded engine beside the real server', () => {
  let engines: TwoEngines;
  beforeAll(async () => {
    engines = await twoEngines();
  });
  afterAll(() => engines[Symbol.asyncDispose]());

  it(
    `EMB1 ${CALLS} generated calls by three people are answered and told alike (seed ${SEED})`,
    async () => {
      let run = 0;
      let count = 0;
      const outcomes: Outcomes = { committed: 0, failed: new Map() };
      const sameEverywhere = async (acts: readonly Act<Args>[]): Promise<void> => {
        run += 1;
        const subjects = [`differential-${run}-a`, `differential-${run}-b`];
        for (const subject of subjects) await engines.admit(subject);
        const all = [...subjects, engines.deployerSubject];
        const people = all.map((each) => identityFromClaims('localhost', each));
        const cast = await Promise.all(all.map(engines.connect));
        await playOnBoth({ callable, encode, people, cast }, acts, outcomes);
        count += acts.filter(isCall).length;
        for (const each of cast.flat()) each.socket.close();
      };
      const numRuns = Math.ceil(CALLS / CALLS_PER_RUN);
      await fc.assert(fc.asyncProperty(history, sameEverywhere), {
        seed: SEED,
        numRuns,
        endOnFailure: process.env['HEYCAT_DIFF_SHRINK'] === undefined,
      });
      expect(count).toBeGreaterThanOrEqual(CALLS);
      // Else the generated arguments have become too wild to tell anything.
      expect(outcomes.committed).toBeGreaterThan(CALLS / 10);
    },
    60_000 + CALLS * 60,
  );
});
