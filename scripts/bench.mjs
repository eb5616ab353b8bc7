/**
 * Compares the service with the bare SDK, with one reducer, in one run: on the sidecar engine, whose server the bare
 * SDK uses too, on the embedded engine, and embedded in the calling process as the bare SDK is; and in the calling
 * process on a server, with the journal and without. `--journal` compares only these two, for longer.
 * `--opening` measures instead how fast big data folders open on the embedded engine; `--folders=FOLDER` keeps them.
 * `--json` prints one object; `--cpu-prof=FOLDER` also writes each service's CPU profile to FOLDER/sidecar and
 * FOLDER/embedded, with `--journal` to FOLDER/journalled and FOLDER/unjournalled.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findServer } from '../dist/infra/database/sidecar/server-binary.js';
import { benchOpening } from './bench/opening.mjs';
import { Place } from './bench/place.mjs';
import { recoveries } from './bench/recovery.mjs';
import { printJournal, printTable } from './bench/table.mjs';
import { IN_FLIGHT, journalCost, percentile, round, summary, takeTurns } from './bench/turns.mjs';

/** A slow machine does fewer rounds, not a longer run. */
const ROUNDS = { most: 9, least: 5, budgetMs: 24_000, oneAtATime: 300, pipelined: 2_000 };
/** Two that differ by a tenth: many short turns show more than few long ones, for the machine changes its pace. */
const JOURNAL_ROUNDS = { most: 50, least: 30, budgetMs: 30_000, oneAtATime: 50, pipelined: 700 };
const LONG_JOURNAL_ROUNDS = { ...JOURNAL_ROUNDS, most: 150, least: 100, budgetMs: 90_000 };
const QUERIES = 2_000;
const APPENDS = 100;

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean' },
    'cpu-prof': { type: 'string' },
    journal: { type: 'boolean' },
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
    // A place of its own: what the others have written would have to be read again at each start of the server.
    recovering: new Place({ engine: 'sidecar', server: server.path, execArgv: [] }),
    embedded: new Place({ engine: 'embedded', server: server.path, execArgv: profiling('embedded') }),
  };
  const close = () => Promise.all(Object.values(places).map((place) => place.close()));
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => void close().then(() => process.exit(130)));
  }
  try {
    const results = await (options.journal
      ? measureJournal(places.sidecar, LONG_JOURNAL_ROUNDS)
      : measure(places));
    if (options.json) console.log(JSON.stringify(results));
    else if (options.journal) printJournal(results, IN_FLIGHT);
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
  const rss_idle_mb = memory({ sidecar, embedded });
  const clients = {
    bare: await sidecar.bareClient(),
    sidecar: await sidecar.heycatClient(),
    embedded: await embedded.heycatClient(),
    host: await embedded.host('embedded'),
  };
  const appends = [];
  const rounds = await takeTurns(clients, ROUNDS, () => appends.push(...embedded.syncedAppends(APPENDS)));
  await clients.sidecar.run({ operation: 'query', count: QUERIES });
  const query = await clients.sidecar.run({ operation: 'query', count: QUERIES });
  const rss_mb = memory({ sidecar, embedded });
  const journal = await measureJournal(sidecar, JOURNAL_ROUNDS);
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
    ...journal,
    ratio: ratios(results),
    disk: { append_p50_ms: round(percentile(appends, 0.5), 3) },
    query: { p50_us: round(percentile(query, 0.5) * 1_000) },
    start_ms: round(starts.sidecar.later),
    first_start_ms: round(starts.sidecar.first),
    embedded_start_ms: round(starts.embedded.later),
    recovery_ms: round(percentile(recovery, 0.5)),
    recovery_max_ms: round(Math.max(...recovery)),
    rss_mb,
    rss_idle_mb,
    rounds: rounds.bare.length,
  };
}

/** On a server each, with the journal and without. */
async function measureJournal(place, size) {
  const rounds = await takeTurns(
    {
      journalled: await place.host('journalled', options.journal && profiling('journalled')),
      unjournalled: await place.host('unjournalled', options.journal && profiling('unjournalled')),
    },
    size,
  );
  const [journalled, unjournalled] = [summary(rounds.journalled), summary(rounds.unjournalled)];
  return {
    journal: { journalled, unjournalled, ...journalCost(rounds), rounds: rounds.journalled.length },
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

await main();
