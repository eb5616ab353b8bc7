import { chmod, cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { restoreBackup } from '../../src/infra/backup/restore-backup.ts';
import { createHeycat, type Heycat } from '../../src/heycat.ts';
import { testedEngine } from '../support/engines.ts';
import { openForTest } from '../support/moving-folder.ts';
import { eventually, synced } from '../support/service.ts';
import { tempFolder } from '../support/temp-folder.ts';

/**
 * What version 0.1.0 left: a data folder with three commands that waited in its journal, a backup made on the way, and
 * what its queries answered before those three.
 */
const FIXTURE = join(import.meta.dirname, '../fixtures/data-of-0.1.0');

type Answers = Record<string, Record<string, unknown>>;

async function readFixture(): Promise<Answers> {
  return JSON.parse(await readFile(join(FIXTURE, 'read.json'), 'utf8')) as Answers;
}

/** A copy that is closed to others, as the service made it; git keeps no such modes. */
async function earlierData(folder: string): Promise<string> {
  const data = join(folder, 'data');
  await cp(join(FIXTURE, 'data'), data, { recursive: true });
  for (const entry of await readdir(data, { recursive: true, withFileTypes: true }))
    await chmod(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o700 : 0o600);
  await chmod(data, 0o700);
  return data;
}

/** The queries of the fixture, without the seq that each is as of. */
async function answersOf(heycat: Heycat, methods: string[]): Promise<Answers> {
  const answers: Answers = {};
  for (const method of methods) {
    const { as_of_seq: _, stale: __, ...answer } = await heycat.call(method);
    answers[method] = answer;
  }
  return answers;
}

function withoutSeq(answers: Answers): Answers {
  const entries = Object.entries(answers).map(([method, answer]): [string, Record<string, unknown>] => {
    const { as_of_seq: _, ...rest } = answer;
    return [method, rest];
  });
  return Object.fromEntries(entries);
}

describe('the data of an earlier version', () => {
  it('APP43 a data folder is opened as it was, and what waited in its journal is applied in order', async () => {
    await using folder = await tempFolder();
    const { events, ...before } = withoutSeq(await readFixture());
    const dataDir = await earlierData(folder.path);
    const { engine } = testedEngine('embedded', dataDir);
    const heycat = await createHeycat({ engine, dataDir, listen: false });
    try {
      // From the snapshot, before the engine is up: nothing of the three yet.
      expect(await heycat.call('get_settings')).toMatchObject(before['get_settings']!);
      await synced(heycat);
      const last = (events as { last_seq: number }).last_seq;
      await eventually(
        async () => (await heycat.call<{ last_seq: number }>('get_status')).last_seq === last + 3,
      );
      const log = await heycat.call<{ events: { seq: number }[] }>('read_events', { from_seq: 1 });
      expect(log.events.slice(0, last)).toEqual((events as { events: object[] }).events);
      const after = await answersOf(heycat, Object.keys(before));
      expect(after['get_settings']).toEqual({ settings: { ...settingsOf(before), queued: 'before' } });
      expect(after['list_recordings']).toMatchObject({ recordings: [], total_count: 0 });
      expect(after['list_dictionary_entries']).toMatchObject({ total_count: 3 });
      for (const method of ['get_voice_commands', 'list_window_contexts'])
        expect(after[method]).toEqual(before[method]);
      expect(await heycat.call('list_queue')).toMatchObject({ commands: [] });
    } finally {
      await heycat.close();
    }
  });

  it('APP43 a backup is restored', async () => {
    await using folder = await tempFolder();
    const before = withoutSeq(await readFixture());
    const dataDir = await earlierData(folder.path);
    await restoreBackup({ dataDir, file: join(FIXTURE, 'before.backup'), open: openForTest });
    const { engine } = testedEngine('embedded', dataDir);
    const heycat = await createHeycat({ engine, dataDir, listen: false });
    try {
      await synced(heycat);
      const { 'after.backup': _, ...settings } = settingsOf(before);
      expect(await answersOf(heycat, ['get_settings'])).toEqual({ get_settings: { settings } });
      for (const method of ['list_recordings', 'list_dictionary_entries', 'get_voice_commands'])
        expect((await answersOf(heycat, [method]))[method]).toEqual(before[method]);
    } finally {
      await heycat.close();
    }
  });
});

function settingsOf(answers: Answers): Record<string, unknown> {
  return answers['get_settings']!['settings'] as Record<string, unknown>;
}
