import { join } from 'node:path';
import { HeycatError } from '../errors.ts';
import { BackupsFolder } from '../infra/backup/backups-folder.ts';
import { assertPrivateFolder, readPrivateFile } from '../infra/process/files/private-file.ts';
import { socketPlace } from '../infra/ipc/transport/endpoint.ts';
import type { ServiceStatus } from '../queries/system/get-status.ts';
import { connect } from './connect.ts';
import { connectionText } from './status.ts';
import type { Check } from './doctor.ts';

/** A healthy service answers get_status sooner. */
const ANSWER_MS = 5_000;

export function checkDataFolder(dataDir: string): Promise<Check> {
  return checkFolder('data folder', dataDir);
}

export async function checkKeys(dataDir: string): Promise<Check> {
  const name = 'keys';
  const path = join(dataDir, 'keys', 'signing-key.pem');
  try {
    const key = await readPrivateFile(path);
    if (key !== undefined) return { name, state: 'ok', text: `${path}, closed to other users` };
    return { name, state: 'absent', text: 'created at the first start' };
  } catch (thrown) {
    return faultOf(name, thrown);
  }
}

export async function checkRuntimeFolder(runtimeDir: string): Promise<Check> {
  const name = 'runtime folder';
  try {
    const folder = await checkFolder(name, runtimeDir);
    const place = socketPlace(runtimeDir);
    if (place.folder === undefined || folder.state === 'fault') return folder;
    return { ...folder, text: `${folder.text}; its path is too long, so the socket is ${place.path}` };
  } catch (thrown) {
    return faultOf(name, thrown);
  }
}

export async function checkService(runtimeDir: string): Promise<Check> {
  const name = 'service';
  try {
    await using client = await connect({ runtimeDir });
    const { pid, engine, connection } = await client.call<ServiceStatus>(
      'get_status',
      {},
      { timeoutMs: ANSWER_MS },
    );
    const text = `runs, pid ${pid}; its engine is ${engine.state}, the connection ${connectionText(connection)}`;
    const isWell =
      engine.state !== 'failed' && engine.reason === undefined && connection.state !== 'degraded';
    if (isWell) return { name, state: 'ok', text };
    const advice = engine.cause ?? connection.cause;
    return { name, state: 'fault', text, ...(advice !== undefined && { advice }) };
  } catch (thrown) {
    if (!(thrown instanceof HeycatError) || thrown.code !== 'NOT_READY') return faultOf(name, thrown);
    return { name, state: 'absent', text: 'not running; `heycat start` starts it' };
  }
}

/** The newest backup, and why the running service could not make today's. */
export async function checkBackups(dataDir: string, runtimeDir: string): Promise<Check> {
  const name = 'backups';
  const [newest] = await new BackupsFolder(join(dataDir, 'backups')).list();
  const text =
    newest === undefined ? 'none yet; a running service makes one a day' : `newest ${newest.made_at}`;
  const advice = await backupFault(runtimeDir).catch(() => undefined);
  if (advice !== undefined) return { name, state: 'fault', text, advice };
  return { name, state: newest === undefined ? 'absent' : 'ok', text };
}

async function backupFault(runtimeDir: string): Promise<string | undefined> {
  await using client = await connect({ runtimeDir });
  const { backup } = await client.call<ServiceStatus>('get_status', {}, { timeoutMs: ANSWER_MS });
  return backup.error;
}

async function checkFolder(name: string, path: string): Promise<Check> {
  try {
    await assertPrivateFolder(path);
    return { name, state: 'ok', text: path };
  } catch (thrown) {
    const isAbsent = (thrown as NodeJS.ErrnoException).code === 'ENOENT';
    if (isAbsent) return { name, state: 'absent', text: `${path}, created at the first start` };
    return faultOf(name, thrown);
  }
}

function faultOf(name: string, thrown: unknown): Check {
  return { name, state: 'fault', text: thrown instanceof Error ? thrown.message : String(thrown) };
}
