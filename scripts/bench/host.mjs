/** A host with the service in its own process: command → `applied` without a socket between. */
import { createHeycat } from '../../dist/index.js';
import { SidecarEngine } from '../../dist/infra/database/sidecar/sidecar-engine.js';
import { REPLACEMENT, serve, triggers } from './load.mjs';

const { BENCH_DATA: dataDir, BENCH_ENGINE: kind } = process.env;
const heycat = await createHeycat({ engine: engineOf(kind), dataDir, listen: false });
const nextTrigger = triggers('host');
await applied(10_000);

serve({ add: () => applied() });

async function applied(wait_ms = 2_000) {
  const { status } = await heycat.call('add_dictionary_entry', {
    trigger: nextTrigger(),
    replacement: REPLACEMENT,
    wait_ms,
  });
  if (status !== 'applied') throw new Error(`answered ${status}`);
}

/** `journalled`: a server; `unjournalled`: one that says it loses nothing, so that its commands are in no journal. */
function engineOf(name) {
  if (name === 'embedded') return name;
  const server = new SidecarEngine({ dataDir });
  if (name === 'journalled') return server;
  return {
    get status() {
      return server.status;
    },
    set onExit(listener) {
      server.onExit = listener;
    },
    start: async () => ({ ...(await server.start()), durable: true }),
    stop: () => server.stop(),
  };
}
