import { readFileSync } from 'node:fs';
import { openModuleHost } from '../../../../../src/infra/database/embedded/host/open-module-host.ts';
import { saveSetting } from './commands.ts';

/** Sends commands as fast as it can and says which are durable, until it is killed. */
const [wasm, folder, first] = process.argv.slice(2);
const identity = new Uint8Array(32).fill(7);
const host = await openModuleHost({
  wasm: readFileSync(wasm!),
  folder: folder!,
  databaseIdentity: identity,
  owner: identity,
});
const caller = { identity, connectionId: new Uint8Array(16), timestampMicros: 1n };
for (let number = Number(first); ;) {
  for (let burst = 0; burst < 40; burst++)
    host.call('save_setting', saveSetting(number, `${number++} ${'v'.repeat(900)}`), caller);
  const upTo = number;
  if (Math.random() < 0.05) void host.rest();
  void host.durable().then(() => process.stdout.write(`${upTo}\n`));
  await new Promise(setImmediate);
}
