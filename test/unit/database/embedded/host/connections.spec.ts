import { readFile } from 'node:fs/promises';
import { KITCHEN_SINK } from '../../../../../scripts/module-digest.mjs';
import { openModuleHost } from '../../../../../src/infra/database/embedded/host/open-module-host.ts';
import type { ModuleHost } from '../../../../../src/infra/database/embedded/module-host.ts';
import { tempFolder } from '../../../../support/temp-folder.ts';
import { row, u8 } from './bsatn.ts';

const NOTHING = new Uint8Array();
const person = (connection: number, identity: number) => ({
  connectionId: new Uint8Array(16).fill(connection),
  identity: new Uint8Array(32).fill(identity),
  timestampMicros: 1n,
});

async function open(folder: string): Promise<ModuleHost> {
  const identity = new Uint8Array(32).fill(1);
  const wasm = await readFile(KITCHEN_SINK.wasm);
  return openModuleHost({ wasm, folder, databaseIdentity: identity, owner: identity });
}

function sessions(host: ModuleHost): number[] {
  const table = host.schema.tables.find(({ name }) => name === 'sessions')!;
  return [...host.scan(table)].map((bytes) => bytes[0]!).sort((a, b) => a - b);
}

describe('connections that a module keeps account of', () => {
  it('HST33 are told as ended when the process ended with them', async () => {
    await using folder = await tempFolder();
    const first = await open(folder.path);
    const banned = row(Buffer.alloc(32, 9), u8(1));
    expect(first.call('ban', banned, person(1, 7))).toHaveProperty('committed');
    for (const each of [person(1, 7), person(0xff, 7), person(3, 8)])
      expect(first.call('client_connected', NOTHING, each)).toHaveProperty('committed');
    expect(first.call('client_connected', NOTHING, person(4, 9))).toHaveProperty('failed');
    expect(first.call('client_disconnected', NOTHING, person(3, 8))).toHaveProperty('committed');
    expect(sessions(first)).toEqual([0x01, 0xff]);
    await first.close();
    const second = await open(folder.path);
    expect(sessions(second)).toEqual([]);
    expect(second.call('client_connected', NOTHING, person(5, 7))).toHaveProperty('committed');
    await second.close();
    const third = await open(folder.path);
    expect(sessions(third)).toEqual([]);
    await third.close();
  });
});
