/**
 * Compares the service with the bare SDK, on one server, with one reducer, in one run.
 * `--json` prints one object; `--cpu-prof=FOLDER` also writes the service's CPU profile there.
 */
import { parseArgs } from 'node:util';
import { findServer } from '../dist/infra/engine/sidecar/server-binary.js';
import { Place } from './bench/place.mjs';
import { printTable } from './bench/table.mjs';

const ROUNDS = 9;
/** A slow machine does fewer rounds, not a longer run. */
const ROUNDS_MIN = 5;
const BUDGET_MS = 25_000;
const ONE_AT_A_TIME = 300;
const PIPELINED = 2_000;
const IN_FLIGHT = 64;
const QUERIES = 2_000;

const { values: options } = parseArgs({
  options: { json: { type: 'boolean' }, 'cpu-prof': { type: 'string' } },
});

async function main() {
  const server = await findServer().catch((error) => refuse(error.message));
  if (server === undefined) {
    return refuse('No SpacetimeDB server was found; run `heycat spacetimedb install`, then this again.');
  }
  const profile = options['cpu-prof'];
  const execArgv = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  const place = new Place({ server: server.path, execArgv });
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => void place.close().then(() => process.exit(130)));
  }
  try {
    const results = await measure(place);
    if (options.json) console.log(JSON.stringify(results));
    else printTable(results, IN_FLIGHT);
  } finally {
    await place.close();
  }
}

function refuse(sentence) {
  console.error(sentence);
  process.exit(1);
}

async function measure(place) {
  const first_start_ms = await place.start();
  await place.stopService();
  const start_ms = await place.start();
  const rss_at_rest_mb = place.memory();
  const clients = { bare: await place.bareClient(), sidecar: await place.heycatClient() };
  const rounds = await compare(clients);
  await clients.sidecar.run({ operation: 'query', count: QUERIES });
  const query = await clients.sidecar.run({ operation: 'query', count: QUERIES });
  const bare = summary(rounds.bare);
  const sidecar = summary(rounds.sidecar);
  return {
    bare,
    sidecar,
    ratio: {
      p50: round(sidecar.p50_ms / bare.p50_ms, 2),
      pipelined: round(sidecar.pipelined_per_s / bare.pipelined_per_s, 2),
    },
    query: { p50_us: round(percentile(query, 0.5) * 1_000) },
    start_ms: round(start_ms),
    first_start_ms: round(first_start_ms),
    rss_mb: place.memory(),
    rss_at_rest_mb,
    rounds: rounds.bare.length,
  };
}

/** The two take turns, so that whatever else the machine does meets both. */
async function compare(clients) {
  const rounds = { bare: [], sidecar: [] };
  for (const client of Object.values(clients)) await oneRound(client);
  const deadline = performance.now() + BUDGET_MS;
  while (rounds.bare.length < ROUNDS) {
    if (rounds.bare.length >= ROUNDS_MIN && performance.now() > deadline) break;
    for (const [name, client] of Object.entries(clients)) rounds[name].push(await oneRound(client));
  }
  return rounds;
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

function percentile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

const round = (value, digits = 0) => Number(value.toFixed(digits));

await main();
