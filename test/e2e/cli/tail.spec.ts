import { cliPlace, type CliPlace } from '../../support/cli.ts';

const save = (place: CliPlace, key: string) =>
  place.run('call', 'save_setting', JSON.stringify({ key, value: key }));

describe('heycat tail', () => {
  it('CLI14 goes on where it was when the service comes back, says so on stderr, and Ctrl-C ends it with 0', async () => {
    await using place = await cliPlace();
    await place.start();
    await save(place, 'a');
    const tail = place.spawn(['tail', '--json', '--from', '1', '--types', 'setting_updated']);
    await tail.until('stdout', '"seq":1');
    await place.run('stop');
    await tail.until('stderr', 'the service is gone');
    await place.start();
    await tail.until('stderr', 'the service is back');
    await save(place, 'b');
    await tail.until('stdout', '"seq":2');
    tail.child.kill('SIGINT');
    const { code, stdout } = await tail.ended;
    expect(code).toBe(0);
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events.map(({ seq, type, entity_id }) => ({ seq, type, entity_id }))).toEqual([
      { seq: 1, type: 'setting_updated', entity_id: 'a' },
      { seq: 2, type: 'setting_updated', entity_id: 'b' },
    ]);
    expect(events[0]).not.toHaveProperty('subscription');
  });

  it('CLI14 goes on where it was after a service that was killed, with what happened while it was away', async () => {
    await using place = await cliPlace();
    const first = await place.start();
    const tail = place.spawn(['tail', '--json', '--types', 'setting_updated']);
    await tail.until('stderr', 'listening');
    await save(place, 'a');
    await tail.until('stdout', '"seq":1');
    tail.child.kill('SIGSTOP');
    await save(place, 'b');
    first.child.kill('SIGKILL');
    await first.ended;
    await place.start();
    await save(place, 'c');
    tail.child.kill('SIGCONT');
    await tail.until('stdout', '"seq":3');
    tail.child.kill('SIGINT');
    const { stdout } = await tail.ended;
    const seqs = [...stdout.matchAll(/"seq":(\d+)/g)].map(([, seq]) => Number(seq));
    expect(seqs).toEqual([1, 2, 3]);
  });

  it('CLI20 ends without a stack trace when its reader does', async () => {
    await using place = await cliPlace();
    await place.start();
    await save(place, 'a');
    const tail = place.spawn(['tail', '--from', '1']);
    await tail.until('stdout', /1 {2}setting_updated settings\/a/);
    tail.child.stdout.destroy();
    await save(place, 'b');
    await save(place, 'c');
    expect(await tail.ended).toMatchObject({ code: 0, stderr: 'listening; Ctrl-C ends it\n' });
  });
});
