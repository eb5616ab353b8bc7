/** What the load generators share: they time an operation, and the parent says which one and how often. */

process.once('disconnect', () => process.exit());
// Ctrl-C reaches the entire group; the parent ends us, in order.
process.on('SIGINT', () => undefined);

/** @returns milliseconds each of `count` operations took, one at a time. */
export async function oneAtATime(operation, count) {
  const times = [];
  for (let index = 0; index < count; index++) {
    const before = performance.now();
    await operation();
    times.push(performance.now() - before);
  }
  return times;
}

/** @returns operations a second with `inFlight` of them under way at any time. */
export async function pipelined(operation, { count, inFlight }) {
  let left = count;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      await operation(left);
    }
  };
  const before = performance.now();
  await Promise.all(Array.from({ length: inFlight }, worker));
  return (count * 1_000) / (performance.now() - before);
}

/** Carries out what the parent asks, until it is gone. `operations` maps names to functions that give promises. */
export function serve(operations) {
  process.on('message', async ({ operation, count, inFlight }) => {
    try {
      const run = operations[operation];
      const value = inFlight ? await pipelined(run, { count, inFlight }) : await oneAtATime(run, count);
      process.send({ value });
    } catch (error) {
      process.send({ error: error.stack ?? String(error) });
    }
  });
  process.send({ value: 'ready' });
}

/** Unique in this run, so that every entry is a new row. */
export function triggers(prefix) {
  let last = 0;
  return () => `${prefix} ${(last += 1)}`;
}

export const REPLACEMENT = 'by the way, this is what the trigger stands for';
