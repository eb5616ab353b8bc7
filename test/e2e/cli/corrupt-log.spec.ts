import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cliPlace, until, type CliPlace } from '../../support/cli.ts';
import { describeOnEngines, type TestedEngine } from '../../support/engines.ts';

/** Where each engine looks first. */
const FILES: Record<TestedEngine, string> = {
  embedded: 'data.mdb',
  sidecar: 'replicas/1/clog/00000000000000000000.stdb.log',
};
const BROKEN = Buffer.alloc(8_192, 'broken');

const save = async (place: CliPlace, value: number, wait_ms = 30_000) => {
  const { stdout } = await place.run(
    'call',
    'save_setting',
    JSON.stringify({ key: 'theme', value, wait_ms }),
  );
  return JSON.parse(stdout) as { status: string; seq: number; command_id: string };
};

async function breakLog(path: string): Promise<void> {
  const file = await open(path, 'r+');
  await file.write(BROKEN, 0, BROKEN.length, 0);
  await file.close();
}

/** A folder with a backup and `more` events behind it, whose log is damaged. */
async function damaged(place: CliPlace, more: number): Promise<string> {
  const log = join(place.dataDir, 'engine', place.engine, FILES[place.engine]);
  await place.start();
  await save(place, 1);
  expect((await place.run('backup')).code).toBe(0);
  for (let value = 2; value <= 1 + more; value++) await save(place, value);
  expect((await place.run('stop')).code).toBe(0);
  await breakLog(log);
  return log;
}

/** A service on it, for as long as a command takes that has to wait. */
async function served(place: CliPlace, theme: number): Promise<void> {
  const run = place.spawn(['start', '--engine', place.engine]);
  await run.until('stderr', 'heycat restore --latest');
  // Between two attempts to start it.
  let status = await engineStatus(place);
  await until(async () => (status = await engineStatus(place)).state === 'failed');
  expect(status).toMatchObject({
    reason: 'log_corrupt',
    cause: expect.stringContaining('left as it is'),
  });
  expect(JSON.parse((await place.run('call', 'get_settings')).stdout)).toMatchObject({
    settings: { theme },
    stale: true,
  });
  const queued = await save(place, 9, 0);
  expect(queued.status).toBe('queued');
  expect((await place.run('stop')).code).toBe(0);
}

const engineStatus = async (place: CliPlace) => {
  const { stdout } = await place.run('status', '--json');
  return (JSON.parse(stdout) as { engine: { state: string; reason?: string; cause?: string } }).engine;
};

const theme = async (place: CliPlace) => {
  const { stdout } = await place.run('call', 'get_settings');
  return (JSON.parse(stdout) as { settings: { theme: number } }).settings.theme;
};

async function restored(place: CliPlace) {
  const { code, stdout, stderr } = await place.run('restore', '--latest', '--json');
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return JSON.parse(stdout) as { queued: number; kept: string[]; skipped: string[]; events: number };
}

describeOnEngines('a damaged commit log', (kind) => {
  it('BAK14 is kept, and rebuilt from the backup and the commands behind it, each once', async () => {
    await using place = await cliPlace(kind);
    // The embedded engine is durable by itself: what it has applied is in no journal.
    const more = kind === 'sidecar' ? 2 : 0;
    const log = await damaged(place, more);
    const { kept, ...rest } = await restored(place);
    expect(rest).toMatchObject({ events: 1, queued: more, skipped: [] });
    expect(kept).toEqual(['engine/' + kind, 'cache'].map((name) => join(place.dataDir, `${name}.old-1`)));
    const aside = log.replace(join('engine', kind), join('engine', `${kind}.old-1`));
    expect((await readFile(aside)).subarray(0, BROKEN.length)).toEqual(BROKEN);

    const run = await place.start();
    await run.until('stderr', 'sync_complete');
    expect((await save(place, 10)).seq).toBe(more + 2);
    expect(await theme(place)).toBe(10);
  });

  it('BAK14 ENG28 is named, and where something is missing in between the commands stay aside, and nothing is carried out', async () => {
    await using place = await cliPlace(kind);
    await damaged(place, 1);
    // The journal of the sidecar has what came last; the embedded engine has none of it.
    if (kind === 'sidecar') {
      const { CommandJournal } = await import('../../../src/infra/journal/command-journal.ts');
      const { journal } = await CommandJournal.open(join(place.dataDir, 'journal', kind));
      for (const entry of journal.entries()) if (entry.applied?.seq === 2) await journal.remove(entry);
      await journal.close();
    }
    await served(place, 2);
    const { kept, ...rest } = await restored(place);
    expect(rest).toMatchObject({ events: 1, queued: 0 });
    expect(kept).toContain(join(place.dataDir, 'journal.old-1'));
    const run = await place.start();
    await run.until('stderr', 'sync_complete');
    expect(await theme(place)).toBe(1);
  });
});

it('BAK15 the newest backup that is whole is taken, and without one nothing is changed', async () => {
  await using place = await cliPlace();
  await place.start();
  await save(place, 1);
  const first = JSON.parse((await place.run('backup', '--json')).stdout) as { file: string };
  await save(place, 2);
  const second = JSON.parse((await place.run('backup', '--json')).stdout) as { file: string };
  expect((await place.run('stop')).code).toBe(0);
  const list = JSON.parse((await place.run('backup', 'list', '--json')).stdout) as { backups: object[] };
  expect(list.backups).toMatchObject([
    { file: second.file, daily: false, bytes: expect.any(Number) },
    { file: first.file, daily: false },
  ]);
  await breakLog(second.file);
  expect(await restored(place)).toMatchObject({ file: first.file, skipped: [second.file], events: 1 });
  await breakLog(first.file);
  expect(await place.run('restore', '--latest')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('NOT_FOUND: There is no intact backup in'),
  });
  for (const wrong of [['restore'], ['restore', first.file, '--latest']])
    expect(await place.run(...wrong)).toMatchObject({ code: 2, stdout: '' });
  await place.start();
  expect(await theme(place)).toBe(1);
});
