import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { HeycatClient } from '../../src/infra/ipc/client/client.ts';
import { nextFrame } from '../contract/engine.contract.ts';
import { callFrame, SERVER_TAG } from '../support/bsatn-frames.ts';
import { cliPlace, type CliPlace } from '../support/cli.ts';
import { testedEngine, type TestedEngine } from '../support/engines.ts';
import { seededRandom, type Random } from '../support/random.ts';
import { readLog, readModels } from '../support/read-back.ts';
import { readServerFrame } from '../support/server-frames.ts';
import { copyOfTake, eventually } from '../support/service.ts';
import { inject, nextFault, type Fault } from './faults.ts';
import { Load, type Lane } from './load.ts';
import { judge, type Verdict, type Logged } from './model.ts';
import { ServiceProcess } from './service-process.ts';
import { Stream } from './stream.ts';
import { Writer } from './writer.ts';

const CLIENTS = 3;
const LANES = 8;
const SUBSCRIBERS = 2;
const PAUSE_MS = 3;
const CALL_MS = 20_000;
/** How long after the load has come back the next fault comes, at most. */
const NEXT_FAULT_MS = 1_000;
/** Of the faults that do not wait until the load has come back, so that some come while the service starts. */
const EARLY = 0.3;

/** What one folder has been through. */
export interface Round extends Verdict {
  injected: Partial<Record<Fault, number>>;
  commands: number;
  acknowledged: number;
  /** Commands that were answered `queued` first. */
  queued: number;
  /** Sendings of which nobody could say whether they had happened. */
  unknown: number;
  events: number;
  /** Subscribers were told that their history was replaced. */
  announced_gaps: number;
  /** The read models were others after a restart, or after the module had folded its log anew. */
  differs_after_restart: number;
  differs_after_rebuild: number;
}

interface Crowd {
  load: Load;
  streams: Stream[];
  /** Reads when everything is over. */
  reader: HeycatClient;
}

/** Loads a service on a new folder, injects the faults at random moments, and judges what is left. */
export async function runRound(engine: TestedEngine, faults: number, seed: number): Promise<Round> {
  await using place = await cliPlace(engine);
  const service = new ServiceProcess(place, engine);
  await service.start();
  const random = seededRandom(seed);
  await using clients = new Clients(place.runtimeDir);
  const crowd = await gather(place, clients, random);
  crowd.load.start();
  const injected: Round['injected'] = {};
  for (let fault = 0; fault < faults; fault += 1) {
    await moment(crowd.load, random);
    const kind = nextFault(engine, random);
    injected[kind] = (injected[kind] ?? 0) + 1;
    await inject(kind, service, random);
  }
  await crowd.load.end();
  const { load, streams } = crowd;
  const log = await settledLog(crowd);
  const { sent } = load;
  return {
    injected,
    commands: sent.length,
    acknowledged: load.acknowledged,
    queued: sent.filter(({ queued }) => queued).length,
    unknown: sent.reduce((sum, { unknown }) => sum + unknown, 0),
    events: log.length,
    announced_gaps: streams.reduce((sum, { announced }) => sum + announced, 0),
    ...judge(sent, log, streams),
    ...(await readBack(place, service, crowd.reader)),
  };
}

/** Clients that are closed with the round. */
class Clients implements AsyncDisposable {
  readonly #clients: HeycatClient[] = [];

  constructor(private readonly runtimeDir: string) {}

  async connect(): Promise<HeycatClient> {
    const client = await HeycatClient.connect({ runtimeDir: this.runtimeDir });
    this.#clients.push(client);
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
  }
}

async function gather(place: CliPlace, clients: Clients, random: Random): Promise<Crowd> {
  const take = await copyOfTake(join(place.dataDir, 'recordings'));
  const lanes: Lane[] = [];
  for (let client = 0; client < CLIENTS; client += 1) {
    const sender = await clients.connect();
    for (let lane = 0; lane < LANES; lane += 1) {
      // Each its own numbers: who is asked first is up to the machine.
      const writer = new Writer(`${client}-${lane}`, seededRandom(random() * 2 ** 31), take);
      lanes.push({ writer, send: (method, params) => sender.call(method, params, { timeoutMs: CALL_MS }) });
    }
  }
  const streams: Stream[] = [];
  for (let subscriber = 0; subscriber < SUBSCRIBERS; subscriber += 1) {
    const stream = new Stream();
    const hearer = await clients.connect();
    await hearer.subscribe(
      { from_seq: 1 },
      (event) => stream.onEvent(event),
      (gap) => stream.onGap(gap),
    );
    streams.push(stream);
  }
  const load = new Load(lanes, { random: seededRandom(random() * 2 ** 31), sleep, pauseMs: PAUSE_MS });
  return { load, streams, reader: await clients.connect() };
}

async function moment(load: Load, random: Random): Promise<void> {
  const back = load.acknowledged + CLIENTS * LANES;
  if (random() >= EARLY) await eventually(() => load.acknowledged >= back);
  await sleep(random() * NEXT_FAULT_MS);
}

/** The log, once the subscribers have heard its end, or some time later. */
async function settledLog({ reader, streams }: Crowd): Promise<Logged[]> {
  await synced(reader);
  const log = (await readLog(reader)) as Logged[];
  await eventually(() => streams.every(({ next }) => next > log.length)).catch(() => undefined);
  return log;
}

/** Every query, live, by a new service on the folder, and after the module has made its rows from its log again. */
async function readBack(place: CliPlace, service: ServiceProcess, reader: HeycatClient) {
  const live = await readModels(reader);
  await service.restartBy('SIGTERM');
  await synced(reader);
  const restarted = await readModels(reader);
  await service.stop();
  await rebuild(place.engine, place.dataDir);
  await service.start();
  await synced(reader);
  const rebuilt = await readModels(reader);
  return {
    differs_after_restart: isDeepStrictEqual(live, restarted) ? 0 : 1,
    differs_after_rebuild: isDeepStrictEqual(live, rebuilt) ? 0 : 1,
  };
}

async function synced(reader: HeycatClient): Promise<void> {
  await eventually(
    async () => (await reader.call<{ synced: boolean }>('get_status', {}, { retry: true })).synced,
  );
}

async function rebuild(kind: TestedEngine, dataDir: string): Promise<void> {
  const { engine } = testedEngine(kind, dataDir);
  const endpoint = await engine.start();
  try {
    const socket = await endpoint.connect(CALL_MS);
    const answer = nextFrame(socket, SERVER_TAG.transactionUpdate);
    socket.send(callFrame('rebuild_state', new Uint8Array()));
    expect(readServerFrame(await answer)).toMatchObject({ kind: 'committed' });
    socket.close();
  } finally {
    await engine.stop();
  }
}
