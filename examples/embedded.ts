/**
 * Runs the service inside this process: no socket, no second program to talk to. The first argument is a data folder;
 * without it the user's own is used.
 */
import { createHeycat } from '../src/index.ts'; // in your own project: 'heycat-backend'

const heycat = await createHeycat({ dataDir: process.argv[2], listen: false });
try {
  const unsubscribe = await heycat.subscribe({ areas: ['dictionary'] }, ({ seq, type, payload }) => {
    console.log(`event: ${seq ?? '-'} ${type} ${JSON.stringify(payload)}`);
  });
  // The first command waits for the database to start.
  const { seq, result } = await heycat.call<{ seq: number; result: { id: number } }>('add_dictionary_entry', {
    trigger: `brb ${Date.now()}`,
    replacement: 'be right back',
    wait_ms: 30_000,
  });
  const { entries } = await heycat.call<{ entries: { id: number; replacement: string }[] }>(
    'list_dictionary_entries',
  );
  console.log(`entry ${result.id} at ${seq}: ${entries.find(({ id }) => id === result.id)?.replacement}`);
  await unsubscribe();
} finally {
  await heycat.close();
}
