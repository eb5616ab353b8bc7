import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HeycatError } from '../../../errors.ts';

/** What clients read to find a running service. */
export interface RuntimeFile {
  /** Path of a Unix socket, or name of a Windows pipe. */
  socket: string;
  /** File with the token, 64 hex digits. */
  token_file: string;
  pid: number;
  started_at: string;
  /** New at every start. */
  instance_id: string;
  protocol: { min: number; max: number };
  server: { name: string; version: string };
}

export function runtimeFilePath(runtimeDir: string): string {
  return join(runtimeDir, 'runtime.json');
}

export function tokenFilePath(runtimeDir: string): string {
  return join(runtimeDir, 'token');
}

/** @throws HeycatError NOT_READY with `details.reason` `not_running` when no service has announced itself there. */
export async function readRuntimeFile(runtimeDir: string): Promise<RuntimeFile> {
  try {
    return JSON.parse(await readFile(runtimeFilePath(runtimeDir), 'utf8')) as RuntimeFile;
  } catch (cause) {
    throw new HeycatError(
      'NOT_READY',
      `No heycat service has announced itself in ${runtimeDir}; \`heycat start\` starts one.`,
      { reason: 'not_running', runtime_dir: runtimeDir },
      { cause },
    );
  }
}

/** Removes the announcement and the token, unless another instance has announced itself meanwhile. */
export async function removeRuntimeFiles(runtimeDir: string, instanceId: string): Promise<void> {
  const announced = await readRuntimeFile(runtimeDir).catch(() => undefined);
  if (announced?.instance_id !== instanceId) return;
  await rm(runtimeFilePath(runtimeDir), { force: true });
  await rm(tokenFilePath(runtimeDir), { force: true });
}
