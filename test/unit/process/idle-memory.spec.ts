import { setTimeout as sleep } from 'node:timers/promises';
import { garbageCollector, ownThisProcess, whileIdle } from '../../../src/infra/process/idle-memory.ts';

test('APP37 what a quiet thread no longer uses is given back', async () => {
  let held: object | undefined = Array.from({ length: 1_000_000 }, (_, index) => ({ index }));
  const garbage = new WeakRef(held);
  // A collection that these allocations have begun ends without finding it.
  await sleep(1_000);
  held = undefined;
  ownThisProcess();
  const stop = whileIdle(garbageCollector(), 100);
  try {
    while (garbage.deref() !== undefined) await sleep(250);
  } finally {
    stop();
  }
  expect(held).toBeUndefined();
}, 30_000);
