/** A host as it would use the service: the client over the local socket, until the answer `applied`. */
import { HeycatClient } from '../../dist/infra/ipc/client/client.js';
import { REPLACEMENT, serve, triggers } from './load.mjs';

const client = await HeycatClient.connect();
const nextTrigger = triggers('heycat');

async function addEntry() {
  const { status } = await client.command('add_dictionary_entry', {
    trigger: nextTrigger(),
    replacement: REPLACEMENT,
  });
  if (status !== 'applied') throw new Error(`answered ${status}`);
}

const { id } = (await client.command('add_recording', JSON.parse(process.env.BENCH_RECORDING))).result;

serve({
  add: addEntry,
  query: () => client.call('get_recording', { id }),
});
