/**
 * Prints what happens in a running heycat service. HEYCAT_RUNTIME_DIR says where the service is, if not in the usual
 * place. With --once it ends after the first event.
 */
import { HeycatClient } from '../src/infra/ipc/client/client.ts'; // in your own project: 'heycat-backend/client'

const once = process.argv.includes('--once');
const client = await HeycatClient.connect();
const { server, identity, last_seq } = client.service;
console.log(`connected to ${server.name} ${server.version} as ${identity}, history up to ${last_seq}`);

client.on('state', (state) => console.log(`connection: ${state}`));
await client.subscribe(
  { types: ['recording_added', 'recording_deleted', 'setting_updated'] },
  (event) => {
    console.log(`${event.seq} ${event.type} ${event.entity_id} ${JSON.stringify(event.payload)}`);
    if (once) void client.close();
  },
  (gap) => console.log(`events were missed; read the state again, it is at ${gap.seq}`),
);
console.log('listening');
