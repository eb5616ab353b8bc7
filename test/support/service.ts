import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { VoiceOptions } from '../../src/heycat.ts';
import { createHeycat, type Heycat, type HeycatOptions } from '../../src/heycat.ts';
import { HeycatClient, type ClientEvent, type SubscribeOptions } from '../../src/infra/ipc/client/client.ts';
import { readRuntimeFile, type RuntimeFile } from '../../src/infra/ipc/transport/runtime-file.ts';
import { openMicrophones } from '../../src/infra/voice/microphone/open-microphones.ts';
import { Described } from './described.ts';
import { testedEngine, type TestedEngine } from './engines.ts';
import { tempFolder } from './temp-folder.ts';

/** What is told to one subscription, in order. */
export interface Heard {
  /** How often the history went back or was replaced; what was told at that moment may be missing. */
  readonly gaps: number;
  events: ClientEvent[];
  /** The events of one command. */
  of(commandId: string): ClientEvent[];
  /** Resolves with the first event that matches, also one from before. */
  first(matches: (event: ClientEvent) => boolean): Promise<ClientEvent>;
}

/** The whole service in this process, spoken to over its socket. Every answer and event is held against its `describe`. */
export interface TestService extends AsyncDisposable {
  heycat: Heycat;
  dataDir: string;
  runtimeDir: string;
  runtime: RuntimeFile;
  token: string;
  described: Described;
  /** A new client, closed with the service. */
  connect(options?: { reconnect?: boolean }): Promise<HeycatClient>;
  /** Subscribes a client of its own. */
  hear(options?: SubscribeOptions): Promise<Heard>;
  /** Kills the server, or the thread of the embedded engine. */
  crashEngine(): Promise<void>;
  /** Ends the service in an orderly way and starts it on the same data. */
  restart(options?: TestServiceOptions): Promise<void>;
}

export interface TestServiceOptions {
  /** Do not wait for the first baseline. */
  early?: boolean;
  /** Parts of a host's own. */
  host?: Pick<HeycatOptions, keyof VoiceOptions>;
}

export async function startService(
  engine: TestedEngine,
  { early = false, host = {} }: TestServiceOptions = {},
): Promise<TestService> {
  const folder = await tempFolder();
  const place = { engine, dataDir: join(folder.path, 'data'), runtimeDir: join(folder.path, 'run') };
  const clients: HeycatClient[] = [];
  const mistakes: unknown[] = [];
  const service: TestService = {
    ...(await start(place, { early, host })),
    dataDir: place.dataDir,
    runtimeDir: place.runtimeDir,
    async connect(options = {}) {
      const client = await HeycatClient.connect({ runtimeDir: place.runtimeDir, ...options });
      clients.push(client);
      return service.described.heldAgainst(client);
    },
    async hear(options = {}) {
      const check = (event: ClientEvent): void => {
        try {
          service.described.event(event);
        } catch (error) {
          mistakes.push(error);
        }
      };
      return hear(await service.connect(), options, check);
    },
    async restart({ early = false, host: next = host } = {}) {
      await service.heycat.close();
      Object.assign(service, await start(place, { early, host: next }));
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(clients.map((client) => client.close()));
      await service.heycat.close();
      await folder[Symbol.asyncDispose]();
      if (mistakes.length > 0) throw new AggregateError(mistakes, String(mistakes[0]));
    },
  };
  return service;
}

/** Tests hear a file where no device is named, never this machine's microphone. */
const FILE = join(import.meta.dirname, '../fixtures/audio/open-the-calculator.wav');
const QUIET = { ...process.env, HEYCAT_MICROPHONE: `file:${FILE}` };

interface Place {
  engine: TestedEngine;
  dataDir: string;
  runtimeDir: string;
}

async function start(
  { engine: kind, dataDir, runtimeDir }: Place,
  { early, host }: Required<TestServiceOptions>,
) {
  const { engine, crash: crashEngine } = testedEngine(kind, dataDir);
  const heycat = await createHeycat({
    engine,
    dataDir,
    runtimeDir,
    microphone: openMicrophones({ env: QUIET }),
    ...host,
  });
  const runtime = await readRuntimeFile(runtimeDir);
  const token = (await readFile(runtime.token_file, 'utf8')).trim();
  if (!early) await synced(heycat);
  const described = await Described.by(heycat);
  return { heycat: described.heldAgainst(heycat), runtime, token, described, crashEngine };
}

/** Waits for the first baseline. */
export async function synced(heycat: Pick<Heycat, 'call'>): Promise<void> {
  await eventually(async () => (await heycat.call<{ synced: boolean }>('get_status')).synced);
}

export async function hear(
  client: HeycatClient,
  options: SubscribeOptions = {},
  check: (event: ClientEvent) => void = () => undefined,
): Promise<Heard> {
  const events: ClientEvent[] = [];
  let gaps = 0;
  await client.subscribe(
    options,
    (event) => {
      events.push(event);
      check(event);
    },
    () => (gaps += 1),
  );
  return {
    events,
    get gaps() {
      return gaps;
    },
    of: (commandId) => events.filter((event) => event.command_id === commandId),
    async first(matches) {
      await eventually(() => events.some(matches));
      return events.find(matches)!;
    },
  };
}

/** Waits for a condition, long enough for the busiest machine. */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 40_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`never true: ${condition.toString()}`);
    await sleep(5);
  }
}

/** A WAV file of one tenth of a second in a folder, which is made when missing. */
export async function copyOfTake(folder: string, name = 'take.wav'): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, name);
  await writeFile(path, wav());
  return path;
}

/** 16 kHz, mono, 16 bit, 100 ms. */
function wav(): Buffer {
  const data = Buffer.alloc(3_200);
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + data.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(16_000, 24);
  header.writeUInt32LE(32_000, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(data.length, 40);
  return Buffer.concat([header, data]);
}

/** The code of a refusal, or `answered`. */
export async function codeOf(answer: Promise<unknown>): Promise<string> {
  return answer.then(
    () => 'answered',
    (error: { code?: string }) => String(error.code),
  );
}
