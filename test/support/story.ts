import * as fc from 'fast-check';
import { callFrame, subscribeFrameOf, unsubscribeFrame } from './bsatn-frames.ts';
import type { Told } from './server-frames.ts';
import type { Listener, Pair } from './two-engines.ts';

/** Something that a person does; `Args` is how the arguments of this module's reducers are written down. */
export type Step<Args> =
  | { kind: 'call'; reducer: string; args: Args; answered: boolean }
  | { kind: 'raw'; reducer: string; args: Uint8Array }
  | { kind: 'subscribe'; id: number; queries: string[] }
  | { kind: 'unsubscribe'; id: number }
  /** Leaves, and comes back if let in. */
  | { kind: 'rejoin' };

export interface Act<Args> {
  /** Which of the persons. */
  person: number;
  step: Step<Args>;
}

export interface Stage<Args> {
  /** Reducers that a client may call; any other name is refused in each engine's own words. */
  callable: readonly string[];
  /** BSATN of a reducer's arguments; `people` are the identities, 64 hex digits. */
  encode(reducer: string, args: Args, people: readonly string[]): Uint8Array;
  people: readonly string[];
  /** Each person's connections, while there are any. */
  cast: (Pair | undefined)[];
  /** Ends a person's connections and opens new ones; undefined when the module refuses. */
  rejoin?(person: number, old: Pair | undefined): Promise<Pair | undefined>;
}

/** Mostly answered, as the SDK calls by default. */
export const answered = fc.constantFrom(true, true, true, true, true, false);

/** Subscriptions with few ids, so that they meet each other. `$0`, `$1` … stand for the persons' identities. */
export function subscriptions(queries: readonly string[]): fc.Arbitrary<Step<never>> {
  const id = fc.integer({ min: 1, max: 4 });
  return fc.oneof(
    fc.record({
      kind: fc.constant('subscribe' as const),
      id,
      queries: fc.array(fc.constantFrom(...queries), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('unsubscribe' as const), id }),
  );
}

/** Arguments that are any bytes. */
export function rawCalls(...reducers: string[]): fc.Arbitrary<Step<never>> {
  return fc.record({
    kind: fc.constant('raw' as const),
    reducer: fc.constantFrom(...reducers),
    args: fc.uint8Array({ maxLength: 40 }),
  });
}

export function isCall<Args>({ step }: Act<Args>): boolean {
  return step.kind === 'call' || step.kind === 'raw';
}

function frameOf<Args>(step: Exclude<Step<Args>, { kind: 'rejoin' }>, stage: Stage<Args>): Uint8Array {
  const { people } = stage;
  switch (step.kind) {
    case 'call':
      return callFrame(step.reducer, stage.encode(step.reducer, step.args, people), step.answered ? 0 : 1);
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
function isEngines(told: Told, callable: readonly string[]): boolean {
  if (told.kind !== 'failed') return false;
  return !callable.includes(told.call.reducer) || told.error.startsWith('invalid arguments for reducer');
}

/** The server sends its own refusals past those answers that are still on their way. */
function comparable(told: readonly Told[], callable: readonly string[]): unknown {
  const worded = told.filter((each) => !isEngines(each, callable));
  return {
    inOrder: worded.map((each) => (each.kind === 'refused' ? { ...each, error: 'refused' } : each)),
    refused: told
      .filter((each) => isEngines(each, callable))
      .map((each) => each.kind === 'failed' && each.call.reducer),
  };
}

/** One person does a few things on one engine; what everybody is told until the end of it. */
async function play(
  actor: Listener | undefined,
  frames: readonly Uint8Array[],
  listeners: readonly Listener[],
): Promise<Told[][]> {
  for (const frame of frames) actor?.socket.send(frame);
  // Each one's last word comes back after everything that they are told before; the actor's first.
  const last = callFrame('heartbeat', new Uint8Array(8));
  const others = listeners.filter((each) => each !== actor);
  for (const each of actor === undefined ? others : [actor, ...others]) {
    await each.ask(last, (told) => 'call' in told && told.call.reducer === 'heartbeat');
  }
  return listeners.map((each) => each.take());
}

/** What became of the calls, by their callers' accounts. */
export interface Outcomes {
  committed: number;
  /** Errors, by how often. */
  failed: Map<string, number>;
}

/** Plays a history on both engines; fails where anybody is told something else by one than by the other. */
export async function playOnBoth<Args>(
  stage: Stage<Args>,
  history: readonly Act<Args>[],
  outcomes: Outcomes,
): Promise<void> {
  for (const turn of turns(history)) {
    const { person } = turn[0]!;
    const frames: Uint8Array[] = [];
    for (const { step } of turn) {
      if (step.kind === 'rejoin') stage.cast[person] = await stage.rejoin!(person, stage.cast[person]);
      else frames.push(frameOf(step, stage));
    }
    await playTurn(stage, { person, frames }, outcomes);
  }
}

async function playTurn(
  { cast, callable }: Stage<never>,
  { person, frames }: { person: number; frames: readonly Uint8Array[] },
  outcomes: Outcomes,
): Promise<void> {
  const present = cast.filter((each) => each !== undefined);
  const [onServer, embedded] = await Promise.all(
    ([0, 1] as const).map((side) =>
      play(
        cast[person]?.[side],
        frames,
        present.map((each) => each[side]),
      ),
    ),
  );
  const worded = (told: Told[][]) => told.map((each) => comparable(each, callable));
  expect(worded(embedded!)).toEqual(worded(onServer!));
  for (const told of onServer![present.indexOf(cast[person]!)] ?? []) {
    if (told.kind === 'committed' && told.call.reducer !== 'heartbeat') outcomes.committed += 1;
    if (told.kind === 'failed') outcomes.failed.set(told.error, (outcomes.failed.get(told.error) ?? 0) + 1);
  }
}

/** Acts of one person that follow each other, which are sent at once; the order between persons is nobody's promise. */
function* turns<Args>(history: readonly Act<Args>[]): Generator<readonly Act<Args>[]> {
  for (let at = 0; at < history.length;) {
    const { person, step } = history[at]!;
    const rest = history.slice(at + 1);
    const other = rest.findIndex((each) => each.person !== person || each.step.kind === 'rejoin');
    const length = step.kind === 'rejoin' ? 1 : 1 + (other < 0 ? rest.length : other);
    yield history.slice(at, at + length);
    at += length;
  }
}
