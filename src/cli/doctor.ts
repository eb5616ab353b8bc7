import { resolve } from 'node:path';
import { dataFolder, runtimeFolder } from '../infra/process/paths.ts';
import type { GlobalOptions } from './connect.ts';
import { checkDisk, checkModels, checkModule, checkNode, checkServer } from './doctor-needs.ts';
import {
  checkBackups,
  checkDataFolder,
  checkKeys,
  checkRuntimeFolder,
  checkService,
} from './doctor-state.ts';
import { answer, answerJson, endWithReader, printable, styled } from './terminal.ts';

export interface Check {
  name: string;
  /** `absent` is not a fault: it is created or started when it is needed. */
  state: 'ok' | 'absent' | 'fault';
  /** What was found. */
  text: string;
  /** What to do. */
  advice?: string;
}

/** `heycat doctor`: checks, and creates nothing. @returns false when something required is missing or wrong. */
export async function doctor(options: GlobalOptions): Promise<boolean> {
  endWithReader();
  const dataDir = resolve(options.dataDir ?? dataFolder());
  const runtimeDir = resolve(options.runtimeDir ?? runtimeFolder());
  const others = await Promise.all([
    checkDataFolder(dataDir),
    checkKeys(dataDir),
    checkRuntimeFolder(runtimeDir),
    checkServer(dataDir),
    checkModule(),
    checkModels(dataDir),
    checkDisk(dataDir),
    checkBackups(dataDir, runtimeDir),
    checkService(runtimeDir),
  ]);
  const checks = [checkNode(), ...others];
  const ok = checks.every(({ state }) => state !== 'fault');
  if (options.json) answerJson({ ok, checks });
  else for (const check of checks) print(check);
  return ok;
}

function print({ name, state, text, advice }: Check): void {
  const mark = { ok: styled('green', '✓'), absent: '–', fault: styled('red', '✗') }[state];
  answer(`${mark} ${name.padEnd(16)} ${printable(text)}`);
  if (advice !== undefined) answer(`${' '.repeat(19)}${printable(advice)}`);
}
