/**
 * Resident memory of the entire service on the embedded engine with 10,000 recordings: as they have come, when it
 * is idle, and once its folder is opened again. `--recordings=N` takes another number.
 */
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { pipelined } from './load.mjs';
import { Place } from './place.mjs';

const IN_FLIGHT = 32;
/** Idleness is noticed after seconds of quiet, and used twice where that is worth it. */
const IDLE_MS = 20_000;
const SPOKEN =
  'open the calculator and then write a note about the meeting that we had on monday with everyone';

const { values: options } = parseArgs({ options: { recordings: { type: 'string', default: '10000' } } });
const count = Number(options.recordings);

const place = new Place({ engine: 'embedded', server: '', execArgv: [] });
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => void place.close().then(() => process.exit(130)));
}
try {
  await place.start();
  report('at first');
  await place.addRecordings((add) =>
    pipelined((index) => add(`${index} ${SPOKEN}`), { count, inFlight: IN_FLIGHT }),
  );
  report(`${count} recordings later`);
  await sleep(IDLE_MS);
  report('idle');
  await place.stopService();
  await place.start();
  report('opened again');
  await sleep(IDLE_MS);
  report('idle');
} finally {
  await place.close();
}

function report(when) {
  console.log(`${when.padEnd(26)}${String(place.serviceMemory()).padStart(5)} MB`);
}
