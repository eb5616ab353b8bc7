/** Opens the data folder as a host would, in this process: the first answer, and the first as of the newest event. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const dataDir = process.argv[2];
const started = performance.now();
const { createHeycat } = await import('../../dist/index.js');
const imported = performance.now();
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const heycat = await createHeycat({ engine: 'embedded', dataDir, listen: false });
const created = performance.now();
const first = await heycat.call('list_recordings', {});
const firstAnswered = performance.now();
await new Promise((resolve) => void heycat.subscribe({ types: ['sync_complete'] }, resolve));
const synced = performance.now();
const { total_count, as_of_seq } = await heycat.call('list_recordings', {});
const answered = performance.now();
await sleep(20);
const result = {
  recordings: total_count,
  events: as_of_seq,
  first_answer_ms: firstAnswered - imported,
  first_recordings: first.total_count,
  first_as_of_seq: first.as_of_seq,
  fresh_answer_ms: answered - imported,
  imports_ms: imported - started,
  create_ms: created - imported,
  baseline_ms: synced - created,
  query_ms: answered - synced,
  blocked_ms: delay.max / 1e6,
  private_mb: privateMb(),
  rss_mb: process.memoryUsage.rss() / 2 ** 20,
};
await heycat.close();
process.send(result);

/** Without the pages of the database file, which the system can take back; null where it does not say. */
function privateMb() {
  try {
    return Number(/^RssAnon:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024;
  } catch {
    return null;
  }
}
