import { open, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandJournal } from '../../../src/infra/journal/command-journal.ts';
import { cliPlace, until, type CliPlace, type CliRun } from '../../support/cli.ts';
import { describeWithServer } from '../../support/spacetimedb.ts';

const LOG = 'replicas/1/clog/00000000000000000000.stdb.log';
const BROKEN = Buffer.alloc(8_192, 'broken');

interface Engine {
  state: string;
  reason?: string;
  cause?: string;
  rebuilt?: { from: string; events: number; queued: number; kept: string };
}

const save = async (place: CliPlace, value: number, wait_ms = 30_000) => {
  const params = JSON.stringify({ key: 'theme', value, wait_ms });
  const { stdout } = await place.run('call', 'save_setting', params);
  return JSON.parse(stdout) as { status: string; seq: number; command_id: string };
};

const engineOf = async (place: CliPlace) => {
  const { stdout } = await place.run('status', '--json');
  return (JSON.parse(stdout) as { engine: Engine }).engine;
};

const history = async (place: CliPlace) => {
  const { stdout } = await place.run('call', 'read_events', JSON.stringify({ from_seq: 1, limit: 100 }));
  const { events } = JSON.parse(stdout) as { events: { seq: number; payload: { value: unknown } }[] };
  return events.map(({ seq, payload }) => [seq, payload.value]);
};

const file = (place: CliPlace, name = place.engine as string) => join(place.dataDir, 'engine', name, LOG);

async function breakLog(place: CliPlace): Promise<void> {
  const log = await open(file(place), 'r+');
  await log.write(BROKEN, 0, BROKEN.length, 0);
  await log.close();
}

/** As a crash of the machine: nobody writes anything down any more. */
async function crash(place: CliPlace, run: CliRun): Promise<void> {
  const server = await place.serverPid();
  run.child.kill('SIGKILL');
  process.kill(server!, 'SIGKILL');
  await run.ended;
}

/** The journal as it is when everything acknowledged is older than a minute. */
async function age(place: CliPlace, without: number[] = []): Promise<void> {
  const { journal } = await CommandJournal.open(join(place.dataDir, 'journal', place.engine));
  const entries = [...journal.entries()].filter(({ applied }) => applied !== undefined);
  journal.settled(entries);
  for (const entry of entries) if (without.includes(entry.applied!.seq)) journal.forget(entry);
  await journal.close();
}

/** Seqs 1 and 2 in a backup, 3 to 5 behind it. */
async function withBackup(place: CliPlace): Promise<CliRun> {
  await place.start();
  for (const value of [1, 2]) await save(place, value);
  expect(await place.run('backup')).toMatchObject({ code: 0 });
  // From then on the cache knows which history it is.
  expect((await place.run('stop')).code).toBe(0);
  const run = await place.start();
  for (const value of [3, 4, 5]) await save(place, value);
  return run;
}

describeWithServer('a commit log that is damaged while nothing runs', () => {
  it('BAK18 is rebuilt by the next start from backup and journal: all is there, once, in order, and what was damaged stays', async () => {
    await using place = await cliPlace('sidecar');
    await crash(place, await withBackup(place));
    await age(place);
    await breakLog(place);

    const run = await place.start();
    await run.until('stderr', 'sync_complete');
    expect(run.stderr).toContain('is rebuilt from');
    expect(await history(place)).toEqual([1, 2, 3, 4, 5].map((value) => [value, value]));
    expect((await save(place, 6)).seq).toBe(6);
    const kept = join(place.dataDir, 'engine', 'sidecar.old-1');
    const { state, reason, rebuilt } = await engineOf(place);
    expect({ state, reason }).toEqual({ state: 'ready' });
    expect(rebuilt).toMatchObject({ events: 2, queued: 3, kept });
    expect((await place.run('status')).stdout).toContain('the damaged data is kept in');
    expect((await readFile(file(place, 'sidecar.old-1'))).subarray(0, BROKEN.length)).toEqual(BROKEN);

    // Not twice in one life of the service: whoever damages it again is not to fill the disk.
    process.kill((await place.serverPid())!, 'SIGKILL');
    await breakLog(place);
    await until(async () => (await engineOf(place)).reason === 'log_corrupt');
    const queued = await save(place, 7, 0);
    expect(queued.status).toBe('queued');
    expect((await place.run('stop')).code).toBe(0);
    const olds = async () =>
      (await readdir(join(place.dataDir, 'engine'))).filter((name) => name.includes('.old-'));
    expect(await olds()).toEqual(['sidecar.old-1']);
    // The newest backup is of the history before, and none of this one could be made yet.
    const again = place.spawn(['start', '--engine', 'sidecar']);
    await again.until('stderr', 'was not rebuilt by itself');
    expect(await olds()).toEqual(['sidecar.old-1']);
  });

  it('BAK18 is rebuilt while the service runs, too', async () => {
    await using place = await cliPlace('sidecar');
    const run = await withBackup(place);
    await run.until('stderr', 'sync_complete');
    await breakLog(place);
    process.kill((await place.serverPid())!, 'SIGKILL');
    await run.until('stderr', 'The data was rebuilt');
    const last = await save(place, 6);
    expect(last).toMatchObject({ status: 'applied', seq: 6 });
    expect(await history(place)).toEqual([1, 2, 3, 4, 5, 6].map((value) => [value, value]));
  });

  it('BAK19 is left as it is where something is missing in between, and the sentence says what a restore would bring', async () => {
    await using place = await cliPlace('sidecar');
    await crash(place, await withBackup(place));
    await age(place, [4]);
    await breakLog(place);

    const run = place.spawn(['start', '--engine', 'sidecar']);
    await run.until('stderr', 'was not rebuilt by itself');
    let engine = await engineOf(place);
    await until(async () => (engine = await engineOf(place)).state === 'failed');
    expect(engine).toMatchObject({
      reason: 'log_corrupt',
      cause: expect.stringMatching(
        /left as it is.*something is missing; `heycat restore --latest` would bring back what there was on .*: 2 events/,
      ),
    });
    expect(await readdir(join(place.dataDir, 'engine'))).not.toContain('sidecar.old-1');
    expect((await readFile(file(place))).subarray(0, BROKEN.length)).toEqual(BROKEN);
  });

  it('BAK19 is left as it is where no backup is whole', async () => {
    await using place = await cliPlace('sidecar');
    await crash(place, await withBackup(place));
    const backups = join(place.dataDir, 'backups');
    for (const name of await readdir(backups)) await writeFile(join(backups, name), 'x');
    await breakLog(place);
    const run = place.spawn(['start', '--engine', 'sidecar']);
    await run.until('stderr', 'There is no intact backup in');
    expect(await readdir(join(place.dataDir, 'engine'))).not.toContain('sidecar.old-1');
  });
});
