import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** A pause between two takes is no rest. */
const QUIET_MS = 3_000;
/** Of its time a thread at rest works no more than this. */
const WORK_SHARE = 0.1;
/** What makes a collection worth its pause, some tens of milliseconds. */
const WORTH_BYTES = 6 * 1024 * 1024;
/** One that ends a collection under way closes up nothing, so that the first that is of no use says little. */
const MOST_FUTILE = 3;
/** Known to every thread that is started later. */
const OWN_PROCESS = 'heycat.ownProcess';

/** Says that this process is ours alone: V8's settings, which hold for all of it, may be changed in every thread. */
export function ownThisProcess(): void {
  setEnvironmentData(OWN_PROCESS, true);
}

/** Calls `work` again and again while this thread has little to do. @returns a function that ends it. */
export function whileAtRest(work: () => void, quietMs = QUIET_MS): () => void {
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
 * Gives a function that collects this thread's garbage where that is worth it; in a process of others it does nothing. V8
 * collects when it allocates, so that a service with nothing to do would keep what its busiest moment needed.
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
 * Closes up what is left, too; all the time, that would cost a third of the speed. The inspector's own command for it
 * hangs Node 20 in a process that has worker threads.
 */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  setFlagsFromString('--optimize-for-size');
  (runInNewContext('gc') as () => void)();
  setFlagsFromString('--no-optimize-for-size');
}
