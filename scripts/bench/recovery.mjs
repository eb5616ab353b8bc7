/** How long a server that is killed is missed: to the queue drained and the read models up to date. */
import { setTimeout as sleep } from 'node:timers/promises';

const RECORDINGS = 10_000;
const IN_FLIGHT = 64;
/** The fifth end within a minute makes the way to the engine `degraded`: it costs a second more. */
const TIMES = 5;
/** Under way at the kill, and sent while there is no server. */
const COMMANDS = 50;
/** What the server has not written by then is lost with it, and sent again from the journal. */
const SETTLE_MS = 1_500;
const POLL_MS = 5;

/**
 * Kills the server of a place with {@link RECORDINGS} recordings under load.
 * @returns ms of each kill: all commands applied, nothing queued, connected, and read models at the newest event.
 */
export async function recoveries(place) {
  await place.addRecordings(async (add) => {
    const one = async (from) => {
      for (let index = from; index < RECORDINGS; index += IN_FLIGHT) await add(`recording number ${index}`);
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, (_, from) => one(from)));
  });
  const times = [];
  await place.withClient(async (client) => {
    for (let time = 0; time < TIMES; time++) {
      await sleep(SETTLE_MS);
      times.push(await recovery(place, client));
    }
  });
  return times;
}

async function recovery(place, client) {
  const save = (index) =>
    client.command('save_setting', { key: `key ${index}`, value: index, wait_ms: 30_000 });
  const underWay = Array.from({ length: COMMANDS }, (_, index) => save(index));
  const since = performance.now();
  place.killServer();
  const answers = await Promise.all([
    ...underWay,
    ...Array.from({ length: COMMANDS }, (_, index) => save(index)),
  ]);
  const newest = Math.max(...answers.map(({ seq }) => seq));
  for (;;) {
    const { connection, queue, last_seq } = await client.call('get_status');
    if (connection.state !== 'reconnecting' && queue.pending === 0 && last_seq >= newest) break;
    await sleep(POLL_MS);
  }
  return performance.now() - since;
}
