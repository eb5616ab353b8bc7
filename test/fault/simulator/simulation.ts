import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { loadPackage } from '@nestjs/common/internal';
import type { HeycatClient } from '../../../src/infra/ipc/client.ts';
import { oneOf } from '../../support/random.ts';
import { readLog } from '../../support/read-back.ts';
import { judge, type Logged } from '../model.ts';
import { heal, inject } from './chaos.ts';
import { Crowd } from './crowd.ts';
import { Database } from './database.ts';
import type { EnginePlace } from './engine.ts';
import { Machine } from './machine.ts';
import { freshlyRead } from './witness.ts';
import { endWorld, newWorld, note, world } from './world.ts';

const module = await WebAssembly.compile(
  readFileSync(new URL('../../../spacetimedb/heycat-data/dist/heycat_data.wasm', import.meta.url)),
);

// Nest does so at its first start, which would take place out of anybody's turn.
await loadPackage('@nestjs/microservices', 'NestFactory', () => import('@nestjs/microservices'));

const FAULTS_MAX = 6;
/** At most so long between two faults, and between two commands of a sender, in ms; one pair for each seed. */
const PACES = [
  { faultMs: 200, pauseMs: 40 },
  { faultMs: 800, pauseMs: 200 },
  { faultMs: 30_000, pauseMs: 6_000 },
];
const LONG_MS = 600_000;

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
    if (random() < 0.15) oneOf(random, crowd.subscribers).restart();
    else inject(machine);
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
  const streams = crowd.subscribers.map(({ stream }) => stream);
  const log = (await told(crowd, async (reader) => {
    await synced(reader);
    return readLog(reader);
  })) as Logged[] | undefined;
  if (log === undefined) return { unreadable: 1 };
  await clock.runUntil(() => streams.every(({ next }) => next > log.length), LONG_MS);
  const held = await told(crowd, snapshotOf);
  const fresh = await told(crowd, () => freshlyRead(machine.place));
  return {
    ...judge(crowd.load.sent, log, streams),
    announced_gaps: streams.reduce((sum, { announced }) => sum + announced, 0),
    differs_from_rows: held !== undefined && isDeepStrictEqual(held, fresh) ? 0 : 1,
  };
}

/** What a reader finds out in time. */
async function told<T>(crowd: Crowd, ask: (reader: HeycatClient) => Promise<T>): Promise<T | undefined> {
  let answer: { value: T } | undefined;
  void crowd.read(ask).then((value) => (answer = { value }));
  await world().clock.runUntil(() => answer !== undefined, LONG_MS);
  return answer?.value;
}

/** What the service's read models hold. */
async function snapshotOf(reader: HeycatClient): Promise<unknown> {
  const { first } = await reader.subscribe({ snapshot: true, types: [] }, () => undefined);
  return first.snapshot;
}

async function synced(reader: HeycatClient): Promise<void> {
  const isSynced = async () =>
    (await reader.call<{ synced: boolean }>('get_status', {}, { retry: true })).synced;
  while (!(await isSynced())) await world().clock.sleep(20);
}
