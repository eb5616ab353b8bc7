import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** V8 takes the room for new objects back only when little was allocated in the last five seconds. */
const QUIET_MS = 6_000;
/** Of its time a thread at rest works no more than this. */
const WORK_SHARE = 0.1;
/** What makes a collection worth its pause, some tens of milliseconds. */
const WORTH_BYTES = 6 * 1024 * 1024;

/**
 * Collects garbage whenever this thread has come to rest. For a process that is ours alone: V8 is told for all of it. V8 collects when it allocates, so that a service with nothing
 * to do would keep what its busiest moment needed. @returns a function that ends it.
 */
export function releaseMemoryAtRest(quietMs = QUIET_MS): () => void {
  let last = performance.eventLoopUtilization();
  let kept = 0;
  const timer = setInterval(() => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    const held = heldBytes();
    if (utilization > WORK_SHARE || held < kept + WORTH_BYTES) return;
    collectGarbage();
    // One that ends a collection under way closes up nothing: what was worth it is followed by another.
    const left = heldBytes();
    kept = left + WORTH_BYTES <= held ? 0 : left;
  }, quietMs);
  timer.unref();
  return () => clearInterval(timer);
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
