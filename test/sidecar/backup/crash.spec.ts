import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { BackupFile } from '../../../src/infra/backup/backup-file.ts';
import { exists } from '../../../src/infra/process/files/private-file.ts';
import { settleEngines } from '../../../src/infra/database/staging.ts';
import { describeOnEngines } from '../../support/engines.ts';
import { MovingFolder, writeEverywhere } from '../../support/moving-folder.ts';
import { seededRandom } from '../../support/random.ts';
import { runTypescript } from '../../support/typescript-child.ts';

const KILLS = Number(process.env['HEYCAT_BACKUP_KILLS'] ?? (process.env['CI'] ? 4 : 2));
const SEED = Number(process.env['HEYCAT_SEED'] ?? Date.now() % 1_000_000);

describeOnEngines('kill -9 at any moment', (kind) => {
  /** Runs it to its end, or kills it. @returns how long it took. */
  async function run(args: string[], killAfterMs?: number): Promise<number> {
    const began = performance.now();
    const { child } = await runTypescript('./run-backup.ts', args);
    const timer =
      killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    await once(child, 'close');
    clearTimeout(timer);
    return performance.now() - began;
  }

  it(`BAK5 BAK9 of a backup leaves a whole one or none, of a restore the data before or after (${KILLS} kills each, seed ${SEED})`, async () => {
    await using folder = await MovingFolder.make();
    const next = seededRandom(SEED);
    await folder.command(writeEverywhere, kind);
    const file = (name: string): string => join(folder.path, name);
    const whole = file('whole.backup');
    const duration = await run([folder.path, whole, 'backup']);
    for (let kill = 0; kill < KILLS; kill++) {
      const target = file(`${kill}.backup`);
      await run([folder.path, target, 'backup'], next() * duration);
      if (await exists(target)) await (await BackupFile.open(target))[Symbol.asyncDispose]();
      // A backup starts the engine, and so ends the server that the one before left.
    }
    await folder.command((ledger) =>
      ledger.submit({
        reducer: 'save_setting',
        args: { key: 'theme', value: '"light"', expected_seq: null },
        wait_ms: 30_000,
      }),
    );
    const { event_log: after } = await folder.contents();
    const restoring = await run([folder.path, whole, 'restore', kind]);
    const { event_log: before } = await folder.contents();
    expect(before).not.toEqual(after);
    const outcomes = { before: 0, after: 0 };
    for (let kill = 0; kill < KILLS; kill++) {
      await folder.command((ledger) =>
        ledger.submit({
          reducer: 'save_setting',
          args: { key: 'theme', value: String(kill), expected_seq: null },
          wait_ms: 30_000,
        }),
      );
      const { event_log: replaced } = await folder.contents();
      await run([folder.path, whole, 'restore', kind], next() * restoring * 1.1);
      // As the next start does.
      await settleEngines(folder.path);
      const { event_log: now } = await folder.contents();
      const isAfter = now!.digest === before!.digest;
      expect(now).toEqual(isAfter ? before : replaced);
      outcomes[isAfter ? 'after' : 'before'] += 1;
    }
    const left = await readdir(folder.engineFolder('.'));
    expect(left.filter((name) => name.includes('.moving') || name === 'switch.json')).toEqual([]);
    process.stderr.write(`${JSON.stringify(outcomes)}\n`);
  }, 3_600_000);
});
