import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { loadPackage } from '@nestjs/common/internal';
import { WavHeaderInspector } from '../../../src/infra/voice/audio/wav-header.ts';
import type { HeycatClient } from '../../../src/infra/ipc/client/client.ts';
import { oneOf } from '../../support/random.ts';
import { readLog } from '../../support/read-back.ts';
import { judge, type Logged } from '../model.ts';
import { heal, inject } from './chaos.ts';
import { Crowd } from './crowd.ts';
import { Database } from './database.ts';
import type { EnginePlace } from './engine.ts';
import { Machine } from './machine.ts';
import { readEngine, type State } from './witness.ts';
import { endWorld, newWorld, note, world } from './world.ts';

const module = await WebAssembly.compile(
  readFileSync(new URL('../../../spacetimedb/heycat-data/dist/heycat_data.wasm', import.meta.url)),
);

// There are no sounds on the machine, only their names.
WavHeaderInspector.prototype.inspect = async () => ({ sample_rate: 16_000, duration_ms: 100 });

// Nest does so at its first start, which would take place out of anybody's turn.
await loadPackage('@nestjs/microservices', 'NestFactory', () => import('@nestjs/microservices'));

const FAULTS_MAX = 5;
/** At most so long between two faults, and between two commands of a sender, in ms; one pair for each seed. */
const PACES = [
  { faultMs: 200, pauseMs: 40 },
  { faultMs: 800, pauseMs: 200 },
  { faultMs: 30_000, pauseMs: 6_000 },
];
const LONG_MS = 600_000;
/** After the last fault all is as it should be within so long, looked at so often. */
const SETTLED_MS = 120_000;
const LOOK_MS = 500;

/** What is broken on purpose. */
export type Breakage = Partial<Pick<EnginePlace, 'hostOf' | 'isDurable'>>;

export interface Outcome {
  /** What must not happen, counted; empty when all is well. */
  wrong: Record<string, number>;
  problems: string[];
  history: string[];
  commands: number;
  turns: number;
}

/** One seed: a machine, its users, some faults, and what is left in the end. Same seed, same history. */
export async function simulate(seed: number, breakage: Breakage = {}): Promise<Outcome> {
  const { history, clock } = newWorld(seed);
  try {
    const { wrong, problems, commands } = await run(breakage);
    const counted = Object.entries(wrong).filter(([, count]) => count > 0);
    return { wrong: Object.fromEntries(counted), problems, history, commands, turns: clock.turns };
  } finally {
    endWorld();
  }
}

async function run(breakage: Breakage) {
  const { random, clock } = world();
  const isSafe = random() < 0.3;
  const place = { module, database: new Database(isSafe), isDurable: isSafe, isHealed: false, ...breakage };
  const machine = new Machine(place);
  const { faultMs, pauseMs } = oneOf(random, PACES);
  const crowd = new Crowd(pauseMs);
  note(`${isSafe ? 'embedded' : 'sidecar'}, a fault in ${faultMs} ms`);
  machine.start();
  crowd.start();
  const faults = 1 + Math.floor(random() * FAULTS_MAX);
  for (let fault = 0; fault < faults; fault += 1) {
    await clock.runUntil(() => false, random() * faultMs);
    inject(machine, crowd);
  }
  await clock.runUntil(() => false, random() * faultMs);
  heal(machine);
  crowd.end();
  if (!(await clock.runUntil(() => crowd.hasEnded, LONG_MS))) machine.problems.push('the load did not end');
  const wrong = await judged(machine, crowd);
  return { wrong, problems: machine.problems, commands: crowd.load.sent.length };
}

async function judged(machine: Machine, crowd: Crowd): Promise<Record<string, number>> {
  const { clock } = world();
  let [held, there] = [await look(crowd, heldBy), await look(crowd, () => readEngine(machine.place))];
  // The service may not have heard of the last fault yet.
  for (const end = clock.now + SETTLED_MS; clock.now < end && !isSame(held, there);) {
    await clock.runUntil(() => false, LOOK_MS);
    [held, there] = [await look(crowd, heldBy), await look(crowd, () => readEngine(machine.place))];
  }
  const log = there?.log ?? [];
  const streams = crowd.subscribers.map(({ stream }) => stream);
  await clock.runUntil(() => streams.every(({ next }) => next > log.length), SETTLED_MS);
  return {
    ...judge(crowd.load.sent, log, streams),
    announced_gaps: streams.reduce((sum, { announced }) => sum + announced, 0),
    differs_from_rows: isSame(held, there) ? 0 : 1,
  };
}

/** What can be read in time. */
async function look<T>(crowd: Crowd, ask: (reader: HeycatClient) => Promise<T>): Promise<T | undefined> {
  let answer: { value: T } | undefined;
  void crowd.read(ask).then((value) => (answer = { value }));
  await world().clock.runUntil(() => answer !== undefined, SETTLED_MS);
  return answer?.value;
}

/** What the service holds: its read models, and the record. */
async function heldBy(reader: HeycatClient): Promise<State> {
  const { first } = await reader.subscribe({ snapshot: true, types: [] }, () => undefined);
  return { models: first.snapshot ?? {}, log: (await readLog(reader)) as Logged[] };
}

function isSame(held: State | undefined, there: State | undefined): boolean {
  const [ours, theirs] = [held, there].map((state) => ({
    models: state?.models,
    log: state?.log.map(({ seq, command_id }) => [seq, command_id]),
  }));
  return held !== undefined && isDeepStrictEqual(ours, theirs);
}
