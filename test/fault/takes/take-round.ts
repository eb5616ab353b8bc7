import { execFileSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordingRow } from '../../../src/events/rows.ts';
import { HeycatClient, type ClientEvent } from '../../../src/infra/ipc/client/client.ts';
import { cliPlace, type CliPlace } from '../../support/cli.ts';
import type { TestedEngine } from '../../support/engines.ts';
import { oneOf, seededRandom, type Random } from '../../support/random.ts';
import { readLog } from '../../support/read-back.ts';
import { eventually } from '../../support/service.ts';
import { fixture, MODELS_DIR, type Fixture } from '../../support/speech.ts';
import { ServiceProcess } from '../service-process.ts';

const HEADER_BYTES = 44;
const BYTES_PER_MS = 32;
/** The promise: what is older is in the file. */
const AT_RISK_MS = 1_000;
const TAKE_MAX_MS = 3_000;
const FIXTURES: Fixture[] = ['beckett', 'open-the-calculator', 'schedule-a-meeting'];

/** What one folder of takes has been through. */
export interface TakeRound {
  killed_service: number;
  killed_recogniser: number;
  /** WAV files with sound; all of these counts are of them. */
  takes: number;
  recovered: number;
  /** Milliseconds of sound that were older than a second at a kill and are not in a file. */
  lost_ms: number;
  /** Files whose sound is not the beginning of what was played. */
  garbled: number;
  unplayable: number;
  unlisted: number;
  listed_twice: number;
  /** `recording_completed` told more than once. */
  transcribed_twice: number;
  /** Not `completed` in the end; `why` says what they are. */
  without_text: number;
  why: string;
}

interface Played {
  file: string;
  fixture: Fixture;
  /** What must be in its file at least, in ms. */
  least_ms: number;
}

/** Records takes of a service that is killed, or whose recogniser is, at random moments; judges what is left. */
export async function runTakeRound(engine: TestedEngine, kills: number, seed: number): Promise<TakeRound> {
  await using place = await cliPlace(engine);
  place.env['HEYCAT_MODELS_DIR'] = MODELS_DIR;
  const service = new ServiceProcess(place, engine);
  const random = seededRandom(seed);
  const played: Played[] = [];
  const counts = { killed_service: 0, killed_recogniser: 0 };
  await service.start();
  for (let kill = 0; kill < kills; kill++) {
    const what = await oneTake(place, service, random);
    played.push(what.played);
    counts[what.killed] += 1;
  }
  return { ...counts, ...(await judged(place, played)) };
}

async function oneTake(place: CliPlace, service: ServiceProcess, random: Random) {
  await using client = await HeycatClient.connect({ runtimeDir: place.runtimeDir });
  const events: { event: ClientEvent; at: number }[] = [];
  await client.subscribe({}, (event) => void events.push({ event, at: performance.now() }));
  const name = oneOf(random, FIXTURES);
  await client.command('start_recording', { device: `file:${fixture(name)}` });
  const { event, at: startedAt } = await told(events, 'recording_started');
  const file = String(event.payload['file_path']);
  await sleep(random() * TAKE_MAX_MS);
  // Half of the takes are ended before the kill, so that it meets closing, transcribing and storing too.
  if (random() < 0.5) {
    const stopped = client.command('stop_recording', {}).catch(() => undefined);
    await sleep(random() * 800);
    if (random() < 0.5) await stopped;
  }
  const ended = events.find(({ event }) => event.type === 'recording_stopped');
  const recorded_ms = (ended?.at ?? performance.now()) - startedAt;
  const killed = random() < 0.7 ? 'killed_service' : 'killed_recogniser';
  if (killed === 'killed_service') await service.restartBy('SIGKILL');
  else killRecogniser(service.pid);
  const length_ms = (await bytesOf(fixture(name))).length / BYTES_PER_MS;
  if (killed === 'killed_recogniser') await restOfTake(client, events);
  const least_ms = Math.min(length_ms, recorded_ms) - AT_RISK_MS;
  return { killed, played: { file, fixture: name, least_ms: Math.max(0, least_ms) } } as const;
}

/** The service lives: its take goes on to its end. */
async function restOfTake(client: HeycatClient, events: { event: ClientEvent }[]): Promise<void> {
  await client.command('stop_recording', {}).catch(() => undefined);
  await eventually(() => events.some(({ event }) => event.type === 'recording_stopped'));
  // A take whose recogniser is killed twice is given up, as it should be: no take meets two of these kills.
  const waiting = async () => (await client.call<{ waiting: number }>('get_recording_state')).waiting;
  await eventually(async () => (await waiting()) === 0);
}

async function told(events: { event: ClientEvent; at: number }[], type: string) {
  await eventually(() => events.some(({ event }) => event.type === type));
  return events.find(({ event }) => event.type === type)!;
}

/** Whether there is one at this moment is chance. */
function killRecogniser(service: number): void {
  const pid = /^\s*(\d+) .*recogniser-main/m.exec(childrenOf(service))?.[1];
  if (pid !== undefined) process.kill(Number(pid), 'SIGKILL');
}

function childrenOf(pid: number): string {
  try {
    return execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(pid)], { encoding: 'utf8' });
  } catch {
    // It has none.
    return '';
  }
}

async function bytesOf(wav: string): Promise<Buffer> {
  return (await readFile(wav)).subarray(HEADER_BYTES);
}

type Judgement = Omit<TakeRound, 'killed_service' | 'killed_recogniser'>;

async function judged(place: CliPlace, played: Played[]): Promise<Judgement> {
  await using client = await HeycatClient.connect({ runtimeDir: place.runtimeDir });
  const list = async () =>
    (await client.call<{ recordings: RecordingRow[] }>('list_recordings', { limit: 500 })).recordings;
  const folder = join(place.dataDir, 'recordings');
  // What is missing in the end is counted, not waited for.
  await eventually(() => isSettled(client, folder, list)).catch(() => undefined);
  const rows = await list();
  const completions = new Map<string, number>();
  for (const { type, entity_id = '' } of await readLog(client)) {
    if (type === 'recording_completed') completions.set(entity_id, (completions.get(entity_id) ?? 0) + 1);
  }
  const wavs = await wavsOf(folder);
  const takes = [...wavs].filter(([, wav]) => wav.length > HEADER_BYTES);
  const rowsOf = (file: string) => rows.filter(({ file_path }) => file_path === file);
  const lost = await Promise.all(played.map((take) => lossOf(wavs.get(take.file), take)));
  const unheard = takes.flatMap(([file]) => rowsOf(file).filter(({ status }) => status !== 'completed'));
  return {
    takes: takes.length,
    recovered: rows.filter(({ recovered }) => recovered).length,
    lost_ms: lost.reduce((sum, { lost_ms }) => sum + lost_ms, 0),
    garbled: lost.filter(({ garbled }) => garbled).length,
    unplayable: takes.filter(([, wav]) => wav.readUInt32LE(40) !== wav.length - HEADER_BYTES).length,
    unlisted: takes.filter(([file]) => rowsOf(file).length === 0).length,
    listed_twice: takes.filter(([file]) => rowsOf(file).length > 1).length,
    transcribed_twice: [...completions.values()].filter((count) => count > 1).length,
    without_text: unheard.length,
    why: unheard.map(({ status, error }) => `${status}: ${error}`).join('; '),
  };
}

/** The service is up, has found what earlier runs left, and has nothing more to hear. */
async function isSettled(
  client: HeycatClient,
  folder: string,
  list: () => Promise<RecordingRow[]>,
): Promise<boolean> {
  const { synced } = await client.call<{ synced: boolean }>('get_status');
  const { waiting } = await client.call<{ waiting: number }>('get_recording_state');
  const rows = await list();
  const isDone = ({ status }: RecordingRow) => status !== 'recording' && status !== 'transcribing';
  const listed = new Set(rows.map(({ file_path }) => file_path));
  const wavs = [...(await wavsOf(folder))].filter(([, wav]) => wav.length > HEADER_BYTES);
  return synced && waiting === 0 && rows.every(isDone) && wavs.every(([file]) => listed.has(file));
}

async function wavsOf(folder: string): Promise<Map<string, Buffer>> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.wav'));
  const paths = files.map((name) => join(folder, name));
  return new Map(await Promise.all(paths.map(async (path) => [path, await readFile(path)] as const)));
}

async function lossOf(
  wav: Buffer | undefined,
  played: Played,
): Promise<{ lost_ms: number; garbled: boolean }> {
  const source = await bytesOf(fixture(played.fixture));
  const sound = wav?.subarray(HEADER_BYTES) ?? Buffer.alloc(0);
  const lost_ms = Math.max(0, Math.round(played.least_ms - sound.length / BYTES_PER_MS));
  return { lost_ms, garbled: !source.subarray(0, sound.length).equals(sound) };
}
