import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HeycatClient } from '../../../src/infra/ipc/client/client.ts';
import { cliPlace, isAlive, until } from '../../support/cli.ts';
import { hear } from '../../support/service.ts';
import { describeWithServer } from '../../support/spacetimedb.ts';

const save = (place: Awaited<ReturnType<typeof cliPlace>>, value: number) =>
  place.run('call', 'save_setting', JSON.stringify({ key: 'theme', value, wait_ms: 30_000 }));

describeWithServer('heycat engine move', () => {
  it('CLI24 ENG23 ENG26 moves the data of a stopped service, and a client that listens hears no gap', async () => {
    await using place = await cliPlace();
    const first = await place.start();
    expect((await save(place, 1)).code).toBe(0);
    await using client = await HeycatClient.connect({ runtimeDir: place.runtimeDir, reconnect: true });
    const heard = await hear(client, { from_seq: 1 });
    const busy = await place.run('engine', 'move', '--to', 'sidecar');
    expect(busy).toMatchObject({ code: 1, stdout: '' });
    expect(busy.stderr).toContain(`BUSY: Process ${first.pid} already serves`);
    expect(busy.stderr).toContain('heycat stop');

    expect((await place.run('stop')).code).toBe(0);
    const moved = await place.run('engine', 'move', '--to', 'sidecar');
    expect(moved).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('now in the sidecar engine: 1 events'),
    });
    expect(moved.stdout.trim().split('\n')).toHaveLength(1);
    expect(moved.stderr).toMatch(/1\/1 carried events\n1\/1 verified events\n/);
    expect(moved.stderr).toContain(`${join(place.dataDir, 'engine', 'embedded')}; delete it`);
    const again = await place.run('engine', 'move', '--to', 'sidecar', '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ moved: false, from: 'sidecar' });

    const second = await place.start('--engine', 'auto');
    expect(second.stderr).toContain('engine ready: sidecar');
    expect((await save(place, 2)).code).toBe(0);
    const theme = await heard.first(({ seq }) => seq === 2);
    expect(theme).toMatchObject({ type: 'setting_updated', payload: { value: 2 } });
    expect(heard.events.filter(({ seq }) => seq !== undefined).map(({ seq }) => seq)).toEqual([1, 2]);
    expect(heard.gaps).toBe(0);
    expect((await place.run('stop')).code).toBe(0);
    const other = await place.run('start', '--engine', 'embedded');
    expect(other).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('heycat engine move --to embedded'),
    });
  });

  it('CLI24 Ctrl-C ends it with 1, and the data is where it was', async () => {
    await using place = await cliPlace();
    await place.start();
    expect((await save(place, 1)).code).toBe(0);
    expect((await place.run('stop')).code).toBe(0);
    const move = place.spawn(['engine', 'move', '--to', 'sidecar']);
    await until(async () => (await readdir(join(place.dataDir, 'engine'))).includes('sidecar.moving'));
    move.child.kill('SIGINT');
    const { code, stdout, stderr } = await move.ended;
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('CANCELLED: The move was cancelled; the data is where it was.');
    expect(await readdir(join(place.dataDir, 'engine'))).toEqual(['current', 'embedded']);
  });

  it('ENG25 what a killed move has left goes with the next start, its server too', async () => {
    await using place = await cliPlace();
    await place.start();
    expect((await save(place, 1)).code).toBe(0);
    expect((await place.run('stop')).code).toBe(0);
    const move = place.spawn(['engine', 'move', '--to', 'sidecar']);
    const record = join(place.dataDir, 'engine', 'sidecar.moving.json');
    const pidOf = async () => (JSON.parse(await readFile(record, 'utf8')) as { pid?: number }).pid;
    await until(() => pidOf().then(Boolean, () => false));
    move.child.kill('SIGKILL');
    await move.ended;
    const pid = (await pidOf())!;
    expect(isAlive(pid)).toBe(true);
    const service = await place.start('--engine', 'auto');
    expect(service.stderr).toContain('engine ready: embedded');
    // Ended by now, but its number stays until the system has taken note.
    await until(() => !isAlive(pid));
    expect(await readdir(join(place.dataDir, 'engine'))).toEqual(['current', 'embedded']);
  });

  it('CLI24 without data there is nothing to move, and without --to it is wrong usage', async () => {
    await using place = await cliPlace();
    expect(await place.run('engine', 'move', '--to', 'sidecar')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('NOT_FOUND: There is no data in'),
    });
    expect(await place.run('engine', 'move')).toMatchObject({ code: 2, stdout: '' });
    expect(await place.run('engine', 'move', '--to', 'remote')).toMatchObject({ code: 2, stdout: '' });
  });
});
