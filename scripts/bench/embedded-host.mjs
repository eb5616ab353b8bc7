/** A host with the service in its own process: command → `applied` without a socket between. */
import { createHeycat } from '../../dist/index.js';
import { REPLACEMENT, serve, triggers } from './load.mjs';

const heycat = await createHeycat({ engine: 'embedded', dataDir: process.env.BENCH_DATA, listen: false });
const nextTrigger = triggers('host');

serve({
  add: async () => {
    const { status } = await heycat.call('add_dictionary_entry', {
      trigger: nextTrigger(),
      replacement: REPLACEMENT,
    });
    if (status !== 'applied') throw new Error(`answered ${status}`);
  },
});
