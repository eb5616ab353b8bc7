/**
 * Compares the service with the bare SDK, with one reducer, in one run: on the sidecar engine, whose server the bare
 * SDK uses too, on the embedded engine, and embedded in the calling process as the bare SDK is.
 * `--opening` measures instead how fast big data folders open on the embedded engine; `--folders=FOLDER` keeps them.
 * `--json` prints one object; `--cpu-prof=FOLDER` also writes each service's CPU profile to FOLDER/sidecar and
 * FOLDER/embedded.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { findServer } from '../dist/infra/engine/sidecar/server-binary.js';
import { benchOpening } from './bench/opening.mjs';
import { Place } from './bench/place.mjs';
import { recoveries } from './bench/recovery.mjs';
import { printTable } from './bench/table.mjs';

const ROUNDS = 9;
/** A slow machine does fewer rounds, not a longer run. */
const ROUNDS_MIN = 5;
const BUDGET_MS = 24_000;
const ONE_AT_A_TIME = 300;
const PIPELINED = 2_000;
const IN_FLIGHT = 64;
const QUERIES = 2_000;
const APPENDS = 100;
/** What a turn leaves to be written in the background is not the next one's burden. */
const SETTLE_MS = 100;

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean' },
    'cpu-prof': { type: 'string' },
    opening: { type: 'boolean' },
    folders: { type: 'string' },
  },
});

async function main() {
  if (options.opening) return benchOpening({ ...options, execArgv: profiling('opening') });
  const server = await findServer().catch((error) => refuse(error.message));
  if (server === undefined) {
    return refuse('No SpacetimeDB server was found; run `heycat spacetimedb install`, then this again.');
  }
  const places = {
    sidecar: new Place({ engine: 'sidecar', server: server.path, execArgv: profiling('sidecar') }),
    // Of its own: what the others have written would have to be read again at each start of the server.
    recovering: new Place({ engine: 'sidecar', server: server.path, execArgv: [] }),
    embedded: new Place({ engine: 'embedded', server: server.path, execArgv: profiling('embedded') }),
  };
  const close = () => Promise.all(Object.values(places).map((place) => place.close()));
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => void close().then(() => process.exit(130)));
  }
  try {
    const results = await measure(places);
    if (options.json) console.log(JSON.stringify(results));
    else printTable(results, IN_FLIGHT);
  } finally {
    await close();
  }
}

function profiling(engine) {
  const folder = options['cpu-prof'];
  return folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${join(folder, engine)}`];
}

function refuse(sentence) {
  console.error(sentence);
  process.exit(1);
}

async function measure({ sidecar, recovering, embedded }) {
  const starts = { sidecar: await startTwice(sidecar), embedded: await startTwice(embedded) };
  const rss_at_rest_mb = memory({ sidecar, embedded });
  const clients = {
    bare: await sidecar.bareClient(),
    sidecar: await sidecar.heycatClient(),
    embedded: await embedded.heycatClient(),
    host: await embedded.host(),
  };
  const { rounds, appends } = await compare(clients, embedded);
  await clients.sidecar.run({ operation: 'query', count: QUERIES });
  const query = await clients.sidecar.run({ operation: 'query', count: QUERIES });
  const rss_mb = memory({ sidecar, embedded });
  await Promise.all([sidecar.stopService(), embedded.stopService()]);
  await recovering.start();
  const recovery = await recoveries(recovering);
  const results = {
    bare: summary(rounds.bare),
    sidecar: summary(rounds.sidecar),
    embedded: summary(rounds.embedded),
    host: summary(rounds.host),
  };
  return {
    ...results,
    ratio: ratios(results),
    disk: { append_p50_ms: round(percentile(appends, 0.5), 3) },
    query: { p50_us: round(percentile(query, 0.5) * 1_000) },
    start_ms: round(starts.sidecar.later),
    first_start_ms: round(starts.sidecar.first),
    embedded_start_ms: round(starts.embedded.later),
    recovery_ms: round(percentile(recovery, 0.5)),
    recovery_max_ms: round(Math.max(...recovery)),
    rss_mb,
    rss_at_rest_mb,
    rounds: rounds.bare.length,
  };
}

/** The first start makes the database, a later one finds it. */
async function startTwice(place) {
  const first = await place.start();
  await place.stopService();
  return { first, later: await place.start() };
}

function memory({ sidecar, embedded }) {
  return {
    service: sidecar.serviceMemory(),
    server: sidecar.serverMemory(),
    embedded: embedded.serviceMemory(),
  };
}

/** They take turns, and the disk alone has one too, so that whatever else the machine does meets all. */
async function compare(clients, place) {
  const rounds = { bare: [], sidecar: [], embedded: [], host: [] };
  const appends = [];
  for (const client of Object.values(clients)) await oneRound(client);
  const deadline = performance.now() + BUDGET_MS;
  while (rounds.bare.length < ROUNDS) {
    if (rounds.bare.length >= ROUNDS_MIN && performance.now() > deadline) break;
    for (const [name, client] of Object.entries(clients)) {
      await sleep(SETTLE_MS);
      rounds[name].push(await oneRound(client));
    }
    await sleep(SETTLE_MS);
    appends.push(...place.syncedAppends(APPENDS));
  }
  return { rounds, appends };
}

async function oneRound(client) {
  const times = await client.run({ operation: 'add', count: ONE_AT_A_TIME });
  const perSecond = await client.run({ operation: 'add', count: PIPELINED, inFlight: IN_FLIGHT });
  return { p50_ms: percentile(times, 0.5), p99_ms: percentile(times, 0.99), pipelined_per_s: perSecond };
}

function summary(rounds) {
  const median = (key) =>
    percentile(
      rounds.map((each) => each[key]),
      0.5,
    );
  return {
    p50_ms: round(median('p50_ms'), 3),
    p99_ms: round(median('p99_ms'), 2),
    pipelined_per_s: round(median('pipelined_per_s')),
  };
}

/** Each engine's share of the bare SDK's time and rate. */
function ratios({ bare, sidecar, embedded, host }) {
  return {
    p50: round(sidecar.p50_ms / bare.p50_ms, 2),
    pipelined: round(sidecar.pipelined_per_s / bare.pipelined_per_s, 2),
    embedded_p50: round(embedded.p50_ms / bare.p50_ms, 2),
    embedded_pipelined: round(embedded.pipelined_per_s / bare.pipelined_per_s, 2),
    host_p50: round(host.p50_ms / bare.p50_ms, 2),
    host_pipelined: round(host.pipelined_per_s / bare.pipelined_per_s, 2),
  };
}

function percentile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

const round = (value, digits = 0) => Number(value.toFixed(digits));

await main();
