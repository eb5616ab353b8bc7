import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HeycatClient } from '../../../src/infra/ipc/client/client.ts';
import { cliPlace, until, type CliPlace } from '../../support/cli.ts';
import { describeOnEngines } from '../../support/engines.ts';
import { hear } from '../../support/service.ts';

const save = (place: CliPlace, value: number) =>
  place.run('call', 'save_setting', JSON.stringify({ key: 'theme', value, wait_ms: 30_000 }));
const theme = async (place: CliPlace): Promise<unknown> => {
  const { stdout } = await place.run('call', 'get_settings', '--json');
  return (JSON.parse(stdout) as { settings: { theme: unknown } }).settings.theme;
};
const folder = (place: CliPlace) => join(place.dataDir, 'backups');

describeOnEngines('heycat backup and restore', (engine) => {
  it('CLI25 BAK8 saves while the service runs, restores when it does not, and clients hear of the gap', async () => {
    await using place = await cliPlace(engine);
    const service = await place.start();
    expect((await save(place, 1)).code).toBe(0);
    const file = join(place.root, 'mine.backup');
    const saved = await place.run('backup', '--to', file);
    expect(saved).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`Saved 1 events and 1 receipts in ${file}`),
    });
    expect(saved.stderr).toBe('1/1 saved events\n');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await place.run('backup', '--to', file)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('DUPLICATE:'),
    });
    expect((await save(place, 2)).code).toBe(0);
    expect((await save(place, 3)).code).toBe(0);
    await using client = await HeycatClient.connect({ runtimeDir: place.runtimeDir, reconnect: true });
    const heard = await hear(client, { from_seq: 1 });
    await heard.first(({ seq }) => seq === 3);
    const busy = await place.run('restore', file);
    expect(busy).toMatchObject({ code: 1, stdout: '' });
    expect(busy.stderr).toContain(`BUSY: Process ${service.pid} already serves`);

    expect((await place.run('stop')).code).toBe(0);
    const restored = await place.run('restore', file);
    expect(restored).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`in the ${engine} engine: 1 events`),
    });
    expect(restored.stderr).toMatch(/1\/1 restored events\n1\/1 verified events\n/);
    for (const name of [join('engine', engine), 'journal', 'cache'])
      expect(restored.stderr).toContain(`${join(place.dataDir, name)}.old-1; delete it when you like.`);
    const again = await place.start('--engine', 'auto');
    await again.until('stderr', 'sync_complete');
    expect(await theme(place)).toBe(1);
    await until(() => heard.gaps > 0);
    expect((await save(place, 4)).code).toBe(0);
    await heard.first(({ seq, payload }) => seq === 2 && payload['value'] === 4);
  });

  it('CLI25 saves the folder of a stopped service, too, and names the file itself', async () => {
    await using place = await cliPlace(engine);
    expect(await place.run('backup')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('NOT_FOUND: There is no data in'),
    });
    await place.start();
    expect((await save(place, 1)).code).toBe(0);
    expect((await place.run('stop')).code).toBe(0);
    const { code, stdout } = await place.run('backup', '--json');
    expect(code).toBe(0);
    const made = JSON.parse(stdout) as { file: string };
    expect(made).toMatchObject({ events: 1, receipts: 1, epoch: expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect(await readdir(folder(place))).toEqual([made.file.slice(folder(place).length + 1)]);
    expect((await place.run('backup', 'list')).stdout).toMatch(/^\d{4}-.*Z +1 kB  .*\.backup\n$/);
    const restored = await place.run('restore', made.file, '--json');
    expect(JSON.parse(restored.stdout)).toMatchObject({ engine, events: 1, kept: expect.any(Array) });
  });
});

describe('heycat backup and restore', () => {
  it('CLI25 what cannot be restored is refused with its code, and wrong usage with 2', async () => {
    await using place = await cliPlace();
    expect(await place.run('restore')).toMatchObject({ code: 2, stdout: '' });
    expect(await place.run('restore', 'x', '--engine', 'remote')).toMatchObject({ code: 2, stdout: '' });
    await place.start();
    expect((await save(place, 1)).code).toBe(0);
    expect((await place.run('stop')).code).toBe(0);
    expect(await place.run('restore', 'missing')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('NOT_FOUND:'),
    });
    const noBackup = await place.run('restore', join(place.dataDir, 'service.lock'));
    expect(noBackup).toMatchObject({ code: 1, stderr: expect.stringContaining('is not an intact backup') });
  });

  it('CLI25 a service of another data folder is not asked', async () => {
    await using place = await cliPlace();
    await using other = await cliPlace();
    await place.start();
    expect((await save(place, 1)).code).toBe(0);
    const service = await other.start();
    const mixed = await place.run('backup', '--runtime-dir', other.runtimeDir);
    expect(mixed).toMatchObject({ code: 1, stderr: expect.stringContaining('BUSY:') });
    expect(mixed.stderr).not.toContain(String(service.pid));
  });

  it('BAK12 status and doctor tell why none can be made by itself, and the service goes on', async () => {
    await using place = await cliPlace();
    await mkdir(place.dataDir, { mode: 0o700 });
    await writeFile(folder(place), 'in the way');
    await place.start();
    const fault = async () => {
      const { stdout } = await place.run('status', '--json');
      return (JSON.parse(stdout) as { backup: { error?: string } }).backup.error;
    };
    await until(async () => (await fault()) !== undefined);
    const { code, stdout } = await place.run('doctor', '--json');
    const { checks } = JSON.parse(stdout) as { checks: { name: string; state: string; advice?: string }[] };
    const advice = await fault();
    expect(code).toBe(1);
    expect(checks.find(({ name }) => name === 'backups')).toMatchObject({ state: 'fault', advice });
    expect((await save(place, 1)).code).toBe(0);
  });

  it('BAK10 a running service makes one by itself soon after its start, and tells when', async () => {
    await using place = await cliPlace();
    await place.start();
    expect((await save(place, 1)).code).toBe(0);
    await until(async () =>
      (await readdir(folder(place)).catch(() => [])).some((name) => name.endsWith('backup')),
    );
    const [name] = await readdir(folder(place));
    expect(name).toMatch(/^heycat-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z\.daily\.backup$/);
    const { stdout } = await place.run('status', '--json');
    const { backup } = JSON.parse(stdout) as { backup: { last_at: string } };
    expect(name).toContain(backup.last_at.replaceAll(':', '-'));
    expect((await readFile(join(folder(place), name!))).length).toBeGreaterThan(100);
  });
});
