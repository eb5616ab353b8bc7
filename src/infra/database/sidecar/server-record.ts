import { realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HeycatError } from '../../../errors.ts';
import { readPrivateFile, writePrivateFile } from '../../process/files/private-file.ts';
import { endProcess } from './end-process.ts';
import { type ProcessFacts, processesWith, processFacts } from './process-facts.ts';

/** `sidecar.json`: the server we started, so that the next start can end it if we could not. */
interface ServerRecord {
  /** Both absent until the server has been started. */
  pid?: number;
  start_time?: string;
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

/** To be called before the server is started, too, without its pid: we may be killed right after it. */
export async function writeServerRecord(
  place: RecordPlace,
  server: { pid?: number; port: number; binary: string },
): Promise<void> {
  const owner = await processFacts(process.pid);
  const facts = server.pid === undefined ? undefined : await processFacts(server.pid);
  if (server.pid !== undefined && facts === undefined) return;
  const record: ServerRecord = {
    ...server,
    ...(facts && { start_time: facts.startTime }),
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
  const server = await recordedServer(record, place.serverData);
  if (server !== undefined) {
    const owner = await processFacts(record.owner.pid);
    if (owner?.startTime === record.owner.start_time) {
      const sentence = `The service with process id ${record.owner.pid} uses this data folder; stop it first.`;
      throw new HeycatError('ENGINE_UNAVAILABLE', sentence, { pid: record.owner.pid });
    }
    await endProcess(server.pid, server.startTime);
  }
  await removeServerRecord(place);
  return server === undefined ? 'none' : 'ended';
}

/** The one that runs, if any. Without a number it is known by its port and its data folder. */
async function recordedServer(
  record: ServerRecord,
  serverData: string,
): Promise<{ pid: number; startTime: string } | undefined> {
  const { pid, port } = record;
  const pids = pid === undefined ? await processesWith([serverData, `127.0.0.1:${port}`]) : [pid];
  for (const each of pids) {
    const facts = await processFacts(each);
    if (facts !== undefined && (await isRecorded(facts, record, serverData))) {
      return { pid: each, startTime: facts.startTime };
    }
  }
  return undefined;
}

async function isRecorded(facts: ProcessFacts, record: ServerRecord, serverData: string): Promise<boolean> {
  if (record.pid !== undefined && facts.startTime !== record.start_time) return false;
  const real = await realpath(record.binary).catch(() => record.binary);
  const sameBinary =
    facts.binary === undefined
      ? facts.args[0]!.startsWith(record.binary)
      : [real, record.binary].includes(facts.binary);
  const isOneLine = facts.args.length === 1;
  return sameBinary && facts.args.some((arg) => (isOneLine ? arg.includes(serverData) : arg === serverData));
}

async function readRecord(path: string): Promise<ServerRecord | undefined> {
  const text = await readPrivateFile(path);
  try {
    const record = JSON.parse(text ?? 'null') as Partial<ServerRecord> | null;
    const isStarted =
      Number.isInteger(record?.pid) && record!.pid! > 1 && typeof record?.start_time === 'string';
    const complete =
      (isStarted || (record?.pid === undefined && Number.isInteger(record?.port))) &&
      typeof record?.binary === 'string' &&
      Number.isInteger(record.owner?.pid);
    return complete ? (record as ServerRecord) : undefined;
  } catch {
    return undefined;
  }
}
