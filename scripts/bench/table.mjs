/** The most that the sidecar engine may take of the bare SDK's time, and the least that it must reach of its rate. */
const RATIO_P50_MAX = 1.5;
const RATIO_PIPELINED_MIN = 0.7;
/** The most that the journal may add to one command's time, and the least that it must leave of the rate. */
const JOURNAL_ABOVE_MS_MAX = 1.5;
const JOURNAL_RATE_MIN = 0.9;
/** The most that a server's death may cost, with 10,000 recordings. */
const RECOVERY_MS_MAX = 2_000;

/** Prints what was measured, and under it what the figures do and do not say. */
export function printTable({ bare, sidecar, embedded, host, ratio, journal, ...rest }, inFlight) {
  const rows = [
    [
      'add_dictionary_entry',
      'bare SDK',
      'sidecar',
      'ratio',
      'target',
      'embedded',
      'ratio',
      'in process',
      'ratio',
    ],
    [
      'one at a time, p50',
      ms(bare.p50_ms, 3),
      ms(sidecar.p50_ms, 3),
      ratio.p50.toFixed(2),
      `≤ ${RATIO_P50_MAX} ${isIn(ratio.p50 <= RATIO_P50_MAX)}`,
      ms(embedded.p50_ms, 3),
      ratio.embedded_p50.toFixed(2),
      ms(host.p50_ms, 3),
      ratio.host_p50.toFixed(2),
    ],
    [
      'one at a time, p99',
      ms(bare.p99_ms, 2),
      ms(sidecar.p99_ms, 2),
      '',
      '',
      ms(embedded.p99_ms, 2),
      '',
      ms(host.p99_ms, 2),
      '',
    ],
    [
      `${inFlight} in flight`,
      perSecond(bare),
      perSecond(sidecar),
      ratio.pipelined.toFixed(2),
      `≥ ${RATIO_PIPELINED_MIN} ${isIn(ratio.pipelined >= RATIO_PIPELINED_MIN)}`,
      perSecond(embedded),
      ratio.embedded_pipelined.toFixed(2),
      perSecond(host),
      ratio.host_pipelined.toFixed(2),
    ],
  ];
  for (const [name, ...cells] of rows)
    console.log(name.padEnd(20) + cells.map((cell) => cell.padStart(13)).join(''));
  console.log();
  printJournal({ journal }, inFlight);
  printNotes({ ...rest, pairs: journal.rounds });
}

/** What the journal costs in a host's own process, on a server each. */
export function printJournal({ journal }, inFlight) {
  const { journalled, unjournalled, p50_above_ms: above, pipelined } = journal;
  const rows = [
    ['', 'unjournalled', 'journalled', '', 'target'],
    [
      'one at a time, p50',
      ms(unjournalled.p50_ms, 3),
      ms(journalled.p50_ms, 3),
      `+${ms(above, 3)}`,
      `≤ ${JOURNAL_ABOVE_MS_MAX} ${isIn(above <= JOURNAL_ABOVE_MS_MAX)}`,
    ],
    [
      `${inFlight} in flight`,
      perSecond(unjournalled),
      perSecond(journalled),
      pipelined.toFixed(2),
      `≥ ${JOURNAL_RATE_MIN} ${isIn(pipelined >= JOURNAL_RATE_MIN)}`,
    ],
  ];
  for (const [name, ...cells] of rows)
    console.log(name.padEnd(20) + cells.map((cell) => cell.padStart(14)).join(''));
}

function printNotes({ disk, query, rounds, pairs, ...service }) {
  console.log(`
synced append of 256 bytes on this disk, p50  ${ms(disk.append_p50_ms, 3)}
query (get_recording) over the socket, p50    ${query.p50_us} µs
start of sidecar, spawn to sync_complete      ${service.start_ms} ms (the first time, with publishing: ${service.first_start_ms} ms)
start of embedded, spawn to sync_complete     ${service.embedded_start_ms} ms
\`kill -9\` of the server to all applied and read  ${service.recovery_ms} ms, the longest ${service.recovery_max_ms} ms (≤ ${RECOVERY_MS_MAX}: ${service.recovery_max_ms <= RECOVERY_MS_MAX ? 'met' : 'missed'})
resident memory when idle                     ${memory(service.rss_idle_mb)}
resident memory after this run                ${memory(service.rss_mb)}

Medians of ${rounds} rounds in which all took turns, with one reducer: bare and sidecar on one server, each as a
user of its own, embedded in a service of its own; ratios are to bare.
Bare: reducer call → row callback, in the calling process. sidecar, embedded: request over the socket → \`applied\`, in
another process, when the read models hold it. In process: the embedded service called in the host's own process.
Durability: bare SDK and sidecar acknowledge before the disk has it, for the server syncs later; embedded acknowledges
after one sync, so the append above is the floor of its time one at a time; commands in flight share a sync.
Journalled, unjournalled: in process on a server of its own; without the journal nothing is sent again that the server
loses. What it costs is the median of what ${pairs} pairs of short turns say.`);
}

const isIn = (holds) => (holds ? 'met' : 'missed');
const ms = (value, digits) => `${value.toFixed(digits)} ms`;
const perSecond = ({ pipelined_per_s }) => `${pipelined_per_s}/s`;
const memory = ({ service, server, embedded }) =>
  `sidecar: service ${megabytes(service)}, server ${megabytes(server)}; embedded: ${megabytes(embedded)}`;
const megabytes = (value) => (value === null ? 'unknown' : `${value} MB`);
