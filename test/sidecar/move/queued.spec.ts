import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createHeycat } from '../../../src/heycat.ts';
import { journalName, LOCAL_ENGINES } from '../../../src/infra/database/current-engine.ts';
import { CommandJournal } from '../../../src/infra/journal/command-journal.ts';
import { MovingFolder, openForTest, writeEverywhere } from '../../support/moving-folder.ts';
import { describeWithServer } from '../../support/spacetimedb.ts';

const EVENTS = 17;
const issued_at = '2026-05-01T08:00:00.000Z';

/** A command that saves a setting, in a journal that nobody serves. */
async function journalled(folder: string, keys: readonly string[], applied = 0): Promise<string[]> {
  const { journal } = await CommandJournal.open(folder);
  const ids: string[] = [];
  for (const [index, key] of keys.entries()) {
    const command_id = randomUUID();
    const args = { key, value: String(index), expected_seq: null };
    const command = { command_id, reducer: 'save_setting', args, issued_at, since: EVENTS };
    const { entry, durable } = journal.append(command);
    await durable;
    const seq = EVENTS + 1 + index;
    if (index < applied) journal.applied(entry, { first_seq: seq, seq, result: {}, created_at: issued_at });
    ids.push(command_id);
  }
  await journal.close();
  return ids;
}

describeWithServer('commands that wait while the data moves', () => {
  it.each(LOCAL_ENGINES)(
    'ENG29 go from the %s engine to the other, with those that it lost, and are applied once',
    async (from) => {
      await using folder = await MovingFolder.make();
      const to = LOCAL_ENGINES.find((kind) => kind !== from)!;
      await folder.command(writeEverywhere, from);
      const ids = await journalled(join(folder.path, journalName(from)), ['lost', 'waits', 'waits'], 1);
      await journalled(join(folder.path, journalName(to)), ['stale']);

      const { kept } = await folder.move(to);
      expect(kept).toEqual([folder.engineFolder(from), join(folder.path, `${journalName(to)}.old-1`)]);
      expect(await CommandJournal.read(join(folder.path, journalName(from)))).toEqual([]);
      const heycat = await createHeycat({
        dataDir: folder.path,
        engine: await openForTest(to, { dataDir: folder.path }),
        listen: false,
      });
      try {
        const next = { key: 'next', value: 1, wait_ms: 30_000 };
        expect(await heycat.call('save_setting', next)).toMatchObject({ status: 'applied', seq: EVENTS + 4 });
        for (const [index, command_id] of ids.entries())
          expect(await heycat.call('get_command', { command_id })).toMatchObject({ seq: EVENTS + 1 + index });
        const { settings } = await heycat.call<{ settings: object }>('get_settings');
        expect(settings).toMatchObject({ lost: 0, waits: 2, next: 1 });
        expect(settings).not.toHaveProperty('stale');
      } finally {
        await heycat.close();
      }
    },
    300_000,
  );
});
