import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Longer than a pause between two takes. */
const QUIET_MS = 3_000;
/** The largest share of its time that an idle thread works. */
const WORK_SHARE = 0.1;
/** The gain that makes a collection worth its pause of some tens of milliseconds. */
const WORTH_BYTES = 6 * 1024 * 1024;
/** Several, because a collection that only finishes one in progress does not compact, and proves little. */
const MOST_FUTILE = 3;
/** Visible to every thread that is started later. */
const OWN_PROCESS = 'heycat.ownProcess';

/** Declares that this process belongs to heycat alone, so that every thread may change V8's process-wide settings. */
export function ownThisProcess(): void {
  setEnvironmentData(OWN_PROCESS, true);
}

/** Calls `work` repeatedly while this thread is idle. @returns a function that stops it. */
export function whileIdle(work: () => void, quietMs = QUIET_MS): () => void {
  let last = performance.eventLoopUtilization();
  const timer = setInterval(() => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    if (utilization <= WORK_SHARE) work();
  }, quietMs);
  timer.unref();
  return () => clearInterval(timer);
}

/**
 * Returns a function that collects this thread's garbage if that is worthwhile; in a host's process it does nothing. V8
 * collects only when it allocates, so that an idle service would keep the memory of its busiest moment.
 */
export function garbageCollector(): () => void {
  if (getEnvironmentData(OWN_PROCESS) !== true) return () => undefined;
  let kept = 0;
  let futile = 0;
  return () => {
    const held = heldBytes();
    if (held >= kept + WORTH_BYTES) futile = 0;
    else if (futile === MOST_FUTILE) return;
    collectGarbage();
    kept = heldBytes();
    futile = kept + WORTH_BYTES <= held ? 0 : futile + 1;
  };
}

function heldBytes(): number {
  const { total_physical_size, external_memory } = getHeapStatistics();
  return total_physical_size + external_memory;
}

/**
 * Collects and compacts the heap; doing so all the time would cost a third of the speed. The inspector's command for it
 * hangs Node 20 in a process with worker threads.
 */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  setFlagsFromString('--optimize-for-size');
  (runInNewContext('gc') as () => void)();
  setFlagsFromString('--no-optimize-for-size');
}
