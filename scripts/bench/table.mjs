/** The most that ours may take of the bare SDK's time, and the least that it must reach of its rate. */
const RATIO_P50_MAX = 1.5;
const RATIO_PIPELINED_MIN = 0.7;

/** Prints what was measured, and under it what the figures do and do not say. */
export function printTable({ bare, sidecar, ratio, query, rounds, ...service }, inFlight) {
  const isIn = (holds) => (holds ? 'met' : 'missed');
  const rows = [
    ['add_dictionary_entry', 'bare SDK', 'heycat', 'ratio', 'target'],
    [
      'one at a time, p50',
      ms(bare.p50_ms, 3),
      ms(sidecar.p50_ms, 3),
      ratio.p50.toFixed(2),
      `≤ ${RATIO_P50_MAX} ${isIn(ratio.p50 <= RATIO_P50_MAX)}`,
    ],
    ['one at a time, p99', ms(bare.p99_ms, 2), ms(sidecar.p99_ms, 2), '', ''],
    [
      `${inFlight} in flight`,
      perSecond(bare),
      perSecond(sidecar),
      ratio.pipelined.toFixed(2),
      `≥ ${RATIO_PIPELINED_MIN} ${isIn(ratio.pipelined >= RATIO_PIPELINED_MIN)}`,
    ],
  ];
  for (const [name, ...cells] of rows)
    console.log(name.padEnd(22) + cells.map((cell) => cell.padStart(14)).join(''));
  console.log(`
query (get_recording) over the socket, p50   ${query.p50_us} µs
start, spawn to sync_complete                ${service.start_ms} ms (the first time, with publishing: ${service.first_start_ms} ms)
resident memory at rest                      ${memory(service.rss_at_rest_mb)}
resident memory after this run               ${memory(service.rss_mb)}

Medians of ${rounds} rounds in which the two took turns, on one server with one reducer, each as a user of its own.
Bare: reducer call → row callback, in the calling process. heycat: request over the socket → \`applied\`, in another
process, when the read models hold it. Both are acknowledged by the server, and not yet on its disk: it syncs later.`);
}

const ms = (value, digits) => `${value.toFixed(digits)} ms`;
const perSecond = ({ pipelined_per_s }) => `${pipelined_per_s}/s`;
const memory = ({ service, server }) => `service ${megabytes(service)}, server ${megabytes(server)}`;
const megabytes = (value) => (value === null ? 'unknown' : `${value} MB`);
