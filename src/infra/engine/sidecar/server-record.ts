import { realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HeycatError } from '../../../errors.ts';
import { readPrivateFile, writePrivateFile } from '../../private-file.ts';
import { endProcess } from './end-process.ts';
import { type ProcessFacts, processFacts } from './process-facts.ts';

/** `sidecar.json`: the server we started, so that the next start can end it if we could not. */
interface ServerRecord {
  pid: number;
  start_time: string;
  port: number;
  binary: string;
  /** The service that started it. */
  owner: { pid: number; start_time: string };
}

export interface RecordPlace {
  /** Path of the record. */
  path: string;
  /** The server's data folder, which must be among its arguments. */
  serverData: string;
}

/** @param folder name of the server's folder in `engine/`. */
export function recordPlace(dataDir: string, folder = 'sidecar'): RecordPlace {
  return {
    path: join(dataDir, 'engine', `${folder}.json`),
    serverData: join(dataDir, 'engine', folder),
  };
}

export async function writeServerRecord(
  place: RecordPlace,
  server: { pid: number; port: number; binary: string },
): Promise<void> {
  const [facts, owner] = await Promise.all([processFacts(server.pid), processFacts(process.pid)]);
  if (facts === undefined) return;
  const record: ServerRecord = {
    ...server,
    start_time: facts.startTime,
    owner: { pid: process.pid, start_time: owner?.startTime ?? '' },
  };
  await writePrivateFile(place.path, JSON.stringify(record, undefined, 2) + '\n');
}

export async function removeServerRecord(place: RecordPlace): Promise<void> {
  await rm(place.path, { force: true });
}

/**
 * Ends the server that a service which is gone left behind. Anything that is not provably that server is left alone.
 * @throws HeycatError ENGINE_UNAVAILABLE when the service that started it still runs.
 */
export async function endOrphan(place: RecordPlace): Promise<'none' | 'ended'> {
  const record = await readRecord(place.path);
  if (record === undefined) return 'none';
  const facts = await processFacts(record.pid);
  const ours = facts !== undefined && (await isRecorded(facts, record, place.serverData));
  if (ours) {
    const owner = await processFacts(record.owner.pid);
    if (owner?.startTime === record.owner.start_time) {
      const sentence = `The service with process id ${record.owner.pid} uses this data folder; stop it first.`;
      throw new HeycatError('ENGINE_UNAVAILABLE', sentence, { pid: record.owner.pid });
    }
    await endProcess(record.pid, facts.startTime);
  }
  await removeServerRecord(place);
  return ours ? 'ended' : 'none';
}

async function isRecorded(facts: ProcessFacts, record: ServerRecord, serverData: string): Promise<boolean> {
  if (facts.startTime !== record.start_time) return false;
  const real = await realpath(record.binary).catch(() => record.binary);
  const sameBinary =
    facts.binary === undefined
      ? facts.args[0]!.startsWith(record.binary)
      : [real, record.binary].includes(facts.binary);
  const whole = facts.args.length === 1;
  return sameBinary && facts.args.some((arg) => (whole ? arg.includes(serverData) : arg === serverData));
}

async function readRecord(path: string): Promise<ServerRecord | undefined> {
  const text = await readPrivateFile(path);
  try {
    const record = JSON.parse(text ?? 'null') as Partial<ServerRecord> | null;
    const complete =
      Number.isInteger(record?.pid) &&
      record!.pid! > 1 &&
      typeof record?.start_time === 'string' &&
      typeof record.binary === 'string' &&
      Number.isInteger(record.owner?.pid);
    return complete ? (record as ServerRecord) : undefined;
  } catch {
    return undefined;
  }
}
