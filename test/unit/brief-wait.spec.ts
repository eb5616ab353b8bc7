import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { BriefWait } from '../../src/infra/brief-wait.ts';

const LIMIT_MS = 60;

/** Share of the time in which the event loop was turning. */
async function turningDuring(ms: number): Promise<number> {
  const before = performance.eventLoopUtilization();
  await sleep(ms);
  return performance.eventLoopUtilization(before).utilization;
}

describe('a wait for the other thread', () => {
  it('EMB22 is spent turning the loop when the one before was brief, up to a limit, and at rest otherwise', async () => {
    const wait = new BriefWait(LIMIT_MS);
    wait.begin();
    expect(await turningDuring(LIMIT_MS / 2)).toBeLessThan(0.5);
    wait.end();
    wait.begin();
    expect(await turningDuring(LIMIT_MS / 2)).toBeGreaterThan(0.8);
    expect(await turningDuring(LIMIT_MS * 10)).toBeLessThan(0.5);
    wait.end();
    wait.begin();
    expect(await turningDuring(LIMIT_MS / 2)).toBeLessThan(0.5);
    wait.end();
  });

  it('EMB22 leaves the loop to rest when what was waited for has come', async () => {
    const wait = new BriefWait(LIMIT_MS);
    for (let round = 0; round < 2; round++) {
      wait.begin();
      wait.end();
    }
    expect(await turningDuring(LIMIT_MS / 2)).toBeLessThan(0.5);
  });
});
