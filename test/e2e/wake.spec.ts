import * as realOs from 'node:os';
import { jest } from '@jest/globals';
import { FakeHotkeys } from '../support/fake-hotkeys.ts';

/** How long this computer is said to have slept. */
let sleptMs = 0;
jest.unstable_mockModule('node:os', () => ({ ...realOs, uptime: () => realOs.uptime() + sleptMs / 1_000 }));
const { DailyBackup } = await import('../../src/infra/backup/daily-backup.ts');
const { EngineConnection } = await import('../../src/infra/database/connection/engine-connection.ts');
const { startService } = await import('../support/service.ts');

const HOUR = 60 * 60 * 1_000;

it('CLK6 HOT9 after sleep the engine, the backup and the keys are looked at at once, and that is told', async () => {
  const { now } = Date;
  jest.spyOn(Date, 'now').mockImplementation(() => now() + sleptMs);
  const asked = jest.spyOn(EngineConnection.prototype, 'checkNow');
  const looked = jest.spyOn(DailyBackup.prototype, 'check').mockResolvedValue();
  const hotkeys = new FakeHotkeys();
  await using service = await startService('embedded', { host: { hotkeys } });
  const heard = await service.hear({ types: ['system_resumed', 'clock_changed'] });
  looked.mockClear();
  sleptMs = 8 * HOUR;
  const { payload } = await heard.first(() => true);
  expect(Math.abs(Number(payload['slept_ms']) - 8 * HOUR)).toBeLessThan(1_000);
  expect([asked.mock.calls.length, hotkeys.rearmed]).toEqual([1, 1]);
  expect(looked).toHaveBeenCalled();
  expect(await service.heycat.call('get_status')).toMatchObject({
    clock: { state: 'slept', by_ms: payload['slept_ms'] },
    connection: { state: 'connected' },
  });
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  expect(heard.events.map(({ type }) => type)).toEqual(['system_resumed']);
  expect(asked).toHaveBeenCalledTimes(1);
});
