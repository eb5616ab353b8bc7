import { jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { BusyWait } from '../../../src/infra/process/waiting.ts';

const LIMIT_MS = 200;

afterEach(() => jest.restoreAllMocks());

describe('a wait for the other thread', () => {
  it('EMB22 is a busy-wait when the one before was short, up to a limit, and sleeps otherwise', async () => {
    const turns = jest.spyOn(globalThis, 'setImmediate');
    const wait = new BusyWait(LIMIT_MS);
    wait.begin();
    expect(turns).not.toHaveBeenCalled();
    wait.end();
    wait.begin();
    expect(turns).toHaveBeenCalledTimes(1);
    await sleep(LIMIT_MS + 50);
    const { length } = turns.mock.calls;
    await sleep(20);
    expect(turns).toHaveBeenCalledTimes(length);
    wait.end();
    wait.begin();
    expect(turns).toHaveBeenCalledTimes(length);
    wait.end();
  });

  it('EMB22 leaves the loop to rest when what was waited for has come', async () => {
    const turns = jest.spyOn(globalThis, 'setImmediate');
    const wait = new BusyWait(LIMIT_MS);
    for (let round = 0; round < 2; round++) {
      wait.begin();
      wait.end();
    }
    await sleep(5);
    expect(turns).toHaveBeenCalledTimes(1);
  });
});
