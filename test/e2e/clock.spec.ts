import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { HeycatClient } from '../../src/infra/ipc/client/client.ts';
import type { ServiceStatus } from '../../src/queries/system/get-status.ts';
import { cliPlace, type CliPlace } from '../support/cli.ts';
import { describeOnEngines } from '../support/engines.ts';
import { MovedClock } from '../support/moved-clock.ts';
import { readLog } from '../support/read-back.ts';
import { codeOf, eventually, hear, type Heard } from '../support/service.ts';
import { describeWithServer } from '../support/spacetimedb.ts';
import type { Applied } from './command-cases/case.ts';

const HOUR = 60 * 60 * 1_000;
const DAY = 24 * HOUR;
const CLOCK_EVENTS = ['clock_changed', 'system_resumed'];

const statusOf = (client: HeycatClient) => client.call<ServiceStatus>('get_status');

/** Sends one command after the other until it is ended. */
function sender(client: HeycatClient) {
  const seqs: number[] = [];
  const end = new AbortController();
  const sending = (async () => {
    for (let value = 0; !end.signal.aborted; value += 1) {
      const { status, seq } = await client.command<Applied>('save_setting', {
        key: 'n',
        value,
        wait_ms: 20_000,
      });
      if (status !== 'applied') throw new Error(`${value} was only ${status}`);
      seqs.push(seq);
      await sleep(5);
    }
  })();
  return {
    seqs,
    /** Resolves once some more were applied. */
    goesOn: () => {
      const wanted = seqs.length + 20;
      return Promise.race([eventually(() => seqs.length >= wanted), sending]);
    },
    end: () => {
      end.abort();
      return sending;
    },
  };
}

/** The next thing that happens to the clock, within a second of what it should be. */
async function told(heard: Heard, type: string, ms: number): Promise<void> {
  await eventually(() => heard.events.length > 0);
  const [event] = heard.events.splice(0);
  expect(event!.type).toBe(type);
  const { by_ms, slept_ms } = event!.payload as { by_ms?: number; slept_ms?: number };
  expect(Math.abs((by_ms ?? slept_ms)! - ms)).toBeLessThan(1_000);
}

const backupsIn = async (place: CliPlace) => {
  const { stdout } = await place.run('backup', 'list', '--json');
  return (JSON.parse(stdout) as { backups: { made_at: string; daily: boolean }[] }).backups;
};

describeOnEngines('a service whose clock is set and whose computer sleeps', (engine) => {
  it('CLK5 applies all in order and without a gap, with the times of its clock, in one session', async () => {
    await using place = await cliPlace(engine);
    const clock = new MovedClock(place);
    await place.start();
    await using client = await HeycatClient.connect({ runtimeDir: place.runtimeDir });
    const heard = await hear(client, { types: CLOCK_EVENTS });
    const stream = await hear(client, { types: ['setting_updated'] });
    const { connection } = await statusOf(client);
    const command_id = randomUUID();
    const first = { command_id, key: 'first', value: 1 };
    const before = await client.call<Applied>('save_setting', { ...first, wait_ms: 20_000 });
    const sending = sender(client);
    await sending.goesOn();

    const moves: [string, number, () => Promise<void>, string][] = [
      ['clock_changed', -2 * HOUR, () => clock.setBy(-2 * HOUR), 'set back by 2 h 0 min'],
      ['clock_changed', 3 * DAY + 2 * HOUR, () => clock.setBy(3 * DAY), 'set forward by 3 days'],
      ['system_resumed', 8 * HOUR, () => clock.sleep(8 * HOUR), 'the computer slept for '],
      ['clock_changed', -3 * DAY, () => clock.setBy(0), 'set back by 3 days'],
    ];
    for (const [type, ms, move, words] of moves) {
      const asked = performance.now();
      const late = codeOf(client.call('get_settings', { at_least_seq: 1_000_000_000, timeout_ms: 1_500 }));
      await move();
      await told(heard, type, ms);
      const state = type === 'clock_changed' ? 'jumped' : 'slept';
      const status = await statusOf(client);
      expect(status).toMatchObject({ clock: { state }, engine: { state: 'ready' } });
      expect(Math.abs(Date.parse(status.clock.at!) - clock.now)).toBeLessThan(10_000);
      expect((await place.run('status')).stdout).toMatch(new RegExp(`^clock +${words}`, 'm'));
      expect(await late).toBe('NOT_YET');
      expect(performance.now() - asked).toBeGreaterThan(1_450);
      await sending.goesOn();
      const { occurred_at } = stream.events.at(-1)!;
      expect(Math.abs(Date.parse(occurred_at) - clock.now)).toBeLessThan(10_000);
    }
    await sending.end();
    expect(heard.events).toEqual([]);

    const last = sending.seqs.at(-1)!;
    expect(sending.seqs).toEqual(sending.seqs.map((_, index) => before.seq + 1 + index));
    await eventually(() => stream.events.at(-1)?.seq === last);
    const log = await readLog(client);
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
    expect(stream.events).toEqual(log.map((event) => expect.objectContaining({ seq: event.seq })));
    expect(log.slice(1).map(({ payload }) => payload['value'])).toEqual(sending.seqs.map((_, n) => n));
    expect(await client.call('save_setting', first)).toEqual(before);
    expect((await statusOf(client)).connection).toEqual(connection);
  });
});

describe('a service whose clock is set', () => {
  it('CLK5 makes each daily backup once, and knows its commands after a restart', async () => {
    await using place = await cliPlace('embedded');
    const clock = new MovedClock(place);
    await place.start();
    const first = { command_id: randomUUID(), key: 'first', value: 1, wait_ms: 20_000 };
    const made = () => backupsIn(place);
    const restarted = async () => {
      await place.run('stop');
      await place.start();
    };
    let before: Applied;
    {
      await using client = await HeycatClient.connect({ runtimeDir: place.runtimeDir });
      const heard = await hear(client, { types: CLOCK_EVENTS });
      before = await client.call<Applied>('save_setting', first);
      await clock.setBy(-2 * HOUR);
      await told(heard, 'clock_changed', -2 * HOUR);
      await eventually(async () => (await made()).length === 1);
      await clock.setBy(0);
      await told(heard, 'clock_changed', 2 * HOUR);
      await clock.setBy(3 * DAY);
      await told(heard, 'clock_changed', 3 * DAY);
      await eventually(async () => (await made()).length === 2);
    }
    await restarted();
    await using client = await HeycatClient.connect({ runtimeDir: place.runtimeDir });
    const heard = await hear(client, { types: CLOCK_EVENTS });
    expect(await client.call('save_setting', first)).toEqual(before);
    await clock.setBy(-2 * HOUR);
    await told(heard, 'clock_changed', -3 * DAY - 2 * HOUR);
    expect(await client.call('save_setting', first)).toEqual(before);
    await clock.sleep(26 * HOUR);
    await told(heard, 'system_resumed', 26 * HOUR);
    await eventually(async () => (await made()).length === 3);
    await sleep(500);
    const backups = await made();
    expect(backups.map(({ daily }) => daily)).toEqual([true, true, true]);
    const hours = backups.map(({ made_at }) => Math.round((Date.parse(made_at) - Date.now()) / HOUR));
    expect(hours).toEqual([72, 24, -2]);
    expect((await statusOf(client)).backup.last_at).toBe(backups[1]!.made_at);
  });

  it('CLK2 is not taken for one by a service that was only stopped for some seconds', async () => {
    await using place = await cliPlace('embedded');
    const service = await place.start();
    await using client = await HeycatClient.connect({ runtimeDir: place.runtimeDir, heartbeatMs: 30_000 });
    const heard = await hear(client, { types: CLOCK_EVENTS });
    service.child.kill('SIGSTOP');
    await sleep(7_000);
    service.child.kill('SIGCONT');
    await sleep(2_500);
    expect(heard.events).toEqual([]);
    expect((await statusOf(client)).clock).toEqual({ state: 'steady' });
    expect((await place.run('status')).stdout).toMatch(/^clock +steady$/m);
  });
});

describeWithServer('a service whose clock is set while its server stands still', () => {
  it('CLK5 waits as long as it was asked to, and applies what it queued', async () => {
    await using place = await cliPlace('sidecar');
    const clock = new MovedClock(place);
    await place.start();
    await using client = await HeycatClient.connect({ runtimeDir: place.runtimeDir });
    const heard = await hear(client, { types: [...CLOCK_EVENTS, 'queued_command_applied'] });
    const server = (await place.serverPid())!;
    process.kill(server, 'SIGSTOP');
    const asked = performance.now();
    const sent = client.call('save_setting', { key: 'k', value: 1, wait_ms: 2_500 });
    await clock.setBy(3 * DAY);
    await told(heard, 'clock_changed', 3 * DAY);
    expect(await sent).toMatchObject({ status: 'queued', position: 1 });
    expect(performance.now() - asked).toBeGreaterThan(2_400);
    process.kill(server, 'SIGCONT');
    expect(await heard.first(({ type }) => type === 'queued_command_applied')).toMatchObject({
      payload: { seq: 1 },
    });
    expect((await statusOf(client)).connection.state).toBe('connected');
  });
});
