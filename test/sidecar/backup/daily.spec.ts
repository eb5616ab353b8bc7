import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { Backups } from '../../../src/infra/backup/backups.ts';
import { BackupsFolder } from '../../../src/infra/backup/backups-folder.ts';
import { DailyBackup } from '../../../src/infra/backup/daily-backup.ts';
import { DiskRoom } from '../../../src/infra/process/files/disk-room.ts';
import type { Engine } from '../../../src/infra/database/engine.ts';
import { MovingFolder, openForTest, writeEverywhere } from '../../support/moving-folder.ts';
import { runTypescript } from '../../support/typescript-child.ts';
import { Published } from '../../support/published.ts';

const HOUR = 60 * 60 * 1_000;
const DAY = 24 * HOUR;
const START = Date.parse('2026-05-01T08:00:00.000Z');
const MIDNIGHT = Date.parse('2026-05-01');

describe('the daily backup', () => {
  let folder: MovingFolder;
  let engine: Engine;
  let warned: string[];
  let time: number;
  let free: number;
  let isUrgent: boolean;
  beforeEach(async () => {
    folder = await MovingFolder.make();
    await folder.command(writeEverywhere, 'embedded');
    engine = await openForTest('embedded', { dataDir: folder.path });
    await engine.start();
    time = START;
    free = Infinity;
    isUrgent = false;
    warned = [];
    const keep = (text: string) => void warned.push(text);
    Logger.overrideLogger({ log: () => undefined, error: keep, warn: keep });
  });
  afterEach(async () => {
    Logger.overrideLogger(false);
    await engine.stop();
    await folder[Symbol.asyncDispose]();
  });

  const path = () => join(folder.path, 'backups');
  const names = async () => (await readdir(path()).catch((): string[] => [])).sort();

  /** As a start of the service makes it. */
  function daily() {
    const now = () => new Date(time);
    const probe = (): number => free;
    const room = new DiskRoom(folder.path, { probe, now: () => time });
    const place = new BackupsFolder(path());
    const backups = new Backups({ engine, folder: place, room, events: new Published(), now });
    return { backups, daily: new DailyBackup({ backups, folder: place, isUrgent: () => isUrgent, now }) };
  }

  it('BAK10 is made a day after the last one, over restarts, and the newest seven stay', async () => {
    const made: string[] = [];
    for (let hours = 0; hours <= 24 * 9; hours += 6) {
      time = START + hours * HOUR;
      // Each time a new run of the service, and asked often.
      const { daily: keeper } = daily();
      for (let check = 0; check < 3; check++) await keeper.check();
      if (hours % 24 === 0)
        made.push(`heycat-${new Date(time).toISOString().replaceAll(':', '-')}.daily.backup`);
      expect(await names()).toEqual(made.slice(-7));
      expect(keeper.report).toEqual({ last_at: new Date(time - (hours % 24) * HOUR).toISOString() });
    }
    const last = join(path(), made.at(-1)!);
    await engine.stop();
    expect(await folder.restore(last)).toMatchObject({ events: 17 });
  });

  it('BAK11 files that it did not make stay, whatever they are called, but for what a crash left of its own', async () => {
    await mkdir(path(), { mode: 0o700 });
    const uuid = '0c9d1c4e-6a0e-4c1e-9a3e-0d8b1b7a2f10';
    const foreign = [
      'heycat-2020-01-01T00-00-00.000Z.backup',
      'heycat-2020-01-01T00-00-00.000Z.daily.backup.bak',
      'my heycat-2020-01-01T00-00-00.000Z.daily.backup',
      'notes.txt',
      `notes.${uuid}.tmp`,
    ];
    const left = `heycat-2020-01-01T00-00-00.000Z.daily.backup.${uuid}.tmp`;
    for (const name of [...foreign, left]) await writeFile(join(path(), name), 'x');
    const { backups, daily: keeper } = daily();
    const asked = (await backups.make()).file;
    for (let day = 0; day < 9; day++) {
      time = START + day * 24 * HOUR;
      await keeper.check();
    }
    const after = await names();
    expect(after).toEqual(expect.arrayContaining([...foreign, asked.slice(path().length + 1)]));
    expect(after).toHaveLength(foreign.length + 1 + 7);
  });

  it('BAK12 a failure is logged once and reported, tried again after an hour, and forgotten when one is made', async () => {
    await mkdir(path(), { mode: 0o700 });
    await chmod(path(), 0o755);
    const { daily: keeper } = daily();
    for (let minute = 0; minute < 150; minute += 10) {
      time = START + minute * 60_000;
      await keeper.check();
    }
    expect(warned).toEqual([expect.stringContaining('is open to other users')]);
    expect(keeper.report).toEqual({ last_at: null, error: expect.stringContaining('chmod 700') });
    await chmod(path(), 0o700);
    await keeper.check();
    expect(await names()).toEqual([]);
    time += HOUR;
    await keeper.check();
    expect(keeper.report).toEqual({ last_at: new Date(time).toISOString() });
    expect(await names()).toHaveLength(1);
  });

  it('BAK12 a disk that becomes full leaves no half file', async () => {
    await engine.stop();
    await folder.command(async (ledger) => {
      for (let number = 0; number < 8; number++) {
        // Nothing that becomes smaller.
        const value = JSON.stringify(randomBytes(45_000).toString('base64'));
        const args = { key: `k${number}`, value, expected_seq: null };
        await ledger.submit({ reducer: 'save_setting', args, wait_ms: 30_000 });
      }
    });
    await mkdir(path(), { mode: 0o700 });
    const file = join(path(), 'a.backup');
    const { child } = await runTypescript('./run-backup.ts', [folder.path, file, 'backup', '100000']);
    let said = '';
    child.stdout.on('data', (text: string) => (said += text));
    await once(child, 'close');
    expect(said).toContain(`INTERNAL: ${file} cannot be written: EFBIG`);
    expect(await names()).toEqual([]);
    expect((await folder.backUp({ file })).bytes).toBeGreaterThan(200_000);
  });

  it('BAK12 takes no room that commands need', async () => {
    const { daily: keeper } = daily();
    free = 1024 * 1024;
    await keeper.check();
    expect(keeper.report.error).toContain('Only 1 MiB are free');
    expect(await names()).toEqual([]);
    free = Infinity;
    time += HOUR;
    await keeper.check();
    expect(await names()).toHaveLength(1);
  });

  it('BAK12 while the engine is away nothing is tried and nothing is told', async () => {
    const { backups, daily: keeper } = daily();
    await engine.stop();
    await keeper.check();
    await expect(backups.make()).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
    expect([warned, keeper.report]).toEqual([[], { last_at: null }]);
    await engine.start();
    await keeper.check();
    expect(await names()).toHaveLength(1);
  });

  it('BAK10 a clock that was set back, and a file from the future, hold none up', async () => {
    const { daily: keeper } = daily();
    await keeper.check();
    time -= 48 * HOUR;
    await keeper.check();
    await keeper.check();
    expect(await names()).toHaveLength(2);
    await rm(join(path(), (await names())[0]!));
  });

  it('BAK16 after a clock was set back each day has one backup, and those from the future go first', async () => {
    const ahead = [20, 21, 22, 23, 24, 25, 26];
    const { daily: keeper } = daily();
    const checkOften = async () => {
      for (let check = 0; check < 3; check++) await keeper.check();
    };
    for (const day of ahead) {
      time = START + day * 24 * HOUR;
      await keeper.check();
    }
    const days = async () => (await names()).map((name) => (Date.parse(name.slice(7, 17)) - MIDNIGHT) / DAY);
    expect(await days()).toEqual(ahead);
    for (const day of [0, 1, 2]) {
      time = START + day * 24 * HOUR;
      await checkOften();
      expect(await days()).toEqual([...Array(day + 1).keys(), ...ahead.slice(day + 1)]);
      expect(keeper.report).toEqual({ last_at: new Date(time).toISOString() });
    }
    // The clock is right again.
    time = START + 27 * 24 * HOUR;
    await checkOften();
    expect(await days()).toEqual([1, 2, ...ahead.slice(3), 27]);
  });

  it('BAK16 a clock that goes forward and back makes one backup for each way, however often it is looked', async () => {
    const { daily: keeper } = daily();
    const counts: number[] = [];
    for (const hours of [0, -2, 0, 72, 0, 72]) {
      time = START + hours * HOUR;
      for (let check = 0; check < 3; check++) await keeper.check();
      counts.push((await names()).length);
    }
    expect(counts).toEqual([1, 2, 2, 3, 3, 3]);
  });

  it('BAK17 an urgent one is made early, ten minutes after the last one at the soonest, and no daily one goes for it', async () => {
    const kinds = async () =>
      (await new BackupsFolder(path()).list()).map(({ daily, early }) =>
        daily ? 'daily' : early && 'early',
      );
    const { daily: keeper } = daily();
    await keeper.check();
    isUrgent = true;
    for (let minute = 1; minute < 10; minute += 1) {
      time += 60_000;
      await keeper.check();
    }
    expect(await kinds()).toEqual(['daily']);
    time += 60_000;
    await keeper.check();
    expect(await kinds()).toEqual(['early', 'daily']);
    expect(keeper.report).toEqual({ last_at: new Date(time).toISOString() });
    for (let day = 0; day < 8 * 24 * 6; day += 1) {
      time += 10 * 60_000;
      if (day % 24 === 0) await daily().daily.check();
    }
    expect((await kinds()).map(String).toSorted()).toEqual([...Array<string>(7).fill('daily'), 'early']);
    // A day after the last daily one the next is due, however often early ones were made.
    time += 24 * HOUR;
    await keeper.check();
    expect((await kinds())[0]).toBe('daily');
  });

  it('BAK17 an early one takes no room that commands need, and is tried again after an hour', async () => {
    const { daily: keeper } = daily();
    await keeper.check();
    [isUrgent, free] = [true, 1024 * 1024];
    time += HOUR;
    await keeper.check();
    free = Infinity;
    time += HOUR - 1;
    await keeper.check();
    expect(await names()).toHaveLength(1);
    time += 1;
    await keeper.check();
    expect(await names()).toHaveLength(2);
  });

  it('BAK17 what the newest backup holds is known again after a start, also past one that cannot be read', async () => {
    const { backups } = daily();
    await backups.look();
    expect(backups.newest).toBeUndefined();
    const { epoch, events } = await backups.make();
    expect(backups.newest).toMatchObject({ epoch, events });
    time += HOUR;
    const damaged = (await backups.make()).file;
    await writeFile(damaged, 'x'.repeat(100));
    const { backups: later } = daily();
    await later.make(join(folder.path, 'elsewhere.backup'));
    expect(later.newest).toBeUndefined();
    await later.look();
    expect(later.newest).toMatchObject({ epoch, events: 17 });
  });

  it('BAK13 one is made at a time, and the end of the service gives up the one under way', async () => {
    const { backups } = daily();
    const files = await Promise.all(
      [1, 2, 3].map((each) => backups.make(join(folder.path, `${each}.backup`))),
    );
    expect(files.map(({ events }) => events)).toEqual([17, 17, 17]);
    const stopped = backups.make();
    const closing = backups.close();
    await expect(stopped).rejects.toMatchObject({ code: 'CANCELLED' });
    await closing;
    await expect(backups.make()).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await names()).toEqual([]);
  });
});
