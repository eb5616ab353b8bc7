import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HeycatClient } from '../../src/infra/ipc/client/client.ts';
import type { ServiceStatus } from '../../src/queries/system/get-status.ts';
import { eventually, startService, synced } from '../support/service.ts';
import { describeWithServer } from '../support/spacetimedb.ts';
import { serverThat } from './server-that.ts';

const SLOW = 'if [ "$1" = start ]; then sleep 2; fi';
const save = { key: 'early', value: true };

/** Subscribes to settings with a snapshot; their seqs come into `seqs`. */
async function subscribed(client: HeycatClient, seqs: unknown[]) {
  const { first } = await client.subscribe({ types: ['setting_updated'], snapshot: true }, ({ seq }) =>
    seqs.push(seq),
  );
  return { answer: first };
}

describeWithServer('start-up', () => {
  it('APP26 the socket answers while the server is still starting; sync_complete comes with the baseline', async () => {
    await using _ = await serverThat(SLOW);
    const started = performance.now();
    await using service = await startService('sidecar', { early: true });
    const client = await service.connect();
    const heard = await service.hear();
    const status = await client.call('get_status');
    expect(status).toMatchObject({ last_seq: 0, epoch: '', synced: false, engine: { state: 'starting' } });
    const lists = [
      'list_recordings',
      'list_dictionary_entries',
      'get_voice_commands',
      'list_window_contexts',
    ];
    for (const method of lists) {
      expect(await client.call(method)).toMatchObject({ total_count: 0, as_of_seq: 0 });
    }
    const command_id = randomUUID();
    const queued = await client.call('save_setting', { ...save, command_id, wait_ms: 20 });
    expect(queued).toEqual({ status: 'queued', command_id, position: 1 });
    expect(await client.call('get_status')).toMatchObject({
      engine: { state: 'starting' },
      queue: { pending: 1 },
    });
    expect(heard.events).toEqual([]);

    const again = { ...save, command_id, wait_ms: 30_000 };
    const { seq } = await client.call<{ seq: number }>('save_setting', again);

    expect(performance.now() - started).toBeGreaterThan(2_000);
    expect(seq).toBe(1);
    await heard.first(({ type }) => type === 'queued_command_applied');
    expect(heard.events.map(({ type }) => type)).toEqual([
      'sync_complete',
      'connection_status',
      'setting_updated',
      'data_changed',
      'queued_command_applied',
    ]);
    expect(heard.events[0]!.payload).toEqual({ epoch: expect.stringMatching(/^[0-9a-f]{32}$/), seq: 0 });
    expect(heard.events[1]!.payload).toEqual({ connected: true, state: 'connected' });
  });

  it('APP27 who subscribes while the server is starting gets the history that was asked for, then what is new', async () => {
    await using service = await startService('sidecar');
    for (const value of [1, 2, 3]) await service.heycat.call('save_setting', { key: 'k', value });
    await using _ = await serverThat(SLOW);
    await service.restart({ early: true });
    const [all, fresh] = [await service.hear({ from_seq: 2 }), await service.hear()];
    await service.heycat.call('save_setting', { key: 'k', value: 4, wait_ms: 30_000 });
    for (const { first } of [all, fresh]) await first(({ seq }) => seq === 4);
    expect(all.events.flatMap(({ seq }) => seq ?? [])).toEqual([2, 3, 4]);
    expect(fresh.events.flatMap(({ seq }) => seq ?? [])).toEqual([4]);
  });

  it('APP38 after a restart reads are answered from the last run while the server starts, marked as stale', async () => {
    await using service = await startService('sidecar');
    const { seq } = await service.heycat.call<{ seq: number }>('save_setting', { key: 'k', value: 1 });
    const before = await service.heycat.call('get_settings', {});
    expect(before).toEqual({ settings: { k: 1 }, as_of_seq: seq });
    await using _ = await serverThat(SLOW);
    await service.restart({ early: true });
    const client = await service.connect();
    expect(await client.call('get_settings')).toEqual({ ...before, stale: true });
    expect(await client.call('get_status')).toMatchObject({
      last_seq: seq,
      synced: false,
      stale: true,
      engine: { state: 'starting' },
    });
    const seqs: unknown[] = [];
    const { answer } = await subscribed(client, seqs);
    expect(answer).toMatchObject({ seq, stale: true, snapshot: { settings: { settings: { k: 1 } } } });
    const applied = await client.call<{ seq: number }>('save_setting', { ...save, wait_ms: 30_000 });
    await eventually(() => seqs.includes(applied.seq));
    expect(seqs).toEqual([seq + 1]);
    const fresh = await client.call('get_settings');
    expect(fresh).toEqual({ settings: { k: 1, early: true }, as_of_seq: seq + 1 });
  });

  it('APP38 a cache that is damaged is as none', async () => {
    await using service = await startService('sidecar');
    const { seq } = await service.heycat.call<{ seq: number }>('save_setting', { key: 'k', value: 1 });
    await service.heycat.close();
    await writeFile(join(service.dataDir, 'cache', 'snapshot.json'), 'nonsense', { mode: 0o600 });
    await using _ = await serverThat(SLOW);
    await service.restart({ early: true });
    expect(await service.heycat.call('get_settings', {})).toEqual({
      settings: {},
      as_of_seq: 0,
      stale: true,
    });
    await synced(service.heycat);
    expect(await service.heycat.call('get_settings', {})).toEqual({ settings: { k: 1 }, as_of_seq: seq });
  });

  it('APP28 when the server cannot start the socket says why, and the service comes up once it can', async () => {
    await using server = await serverThat('if [ "$1" = start ]; then echo no room >&2; exit 9; fi');
    await using service = await startService('sidecar', { early: true });
    const heard = await service.hear({ types: ['connection_status'] });
    const told = await heard.first(() => true);
    expect(told.payload).toMatchObject({ connected: false, error: expect.stringContaining('no room') });
    const queued = await service.heycat.call('save_setting', { ...save, wait_ms: 20 });
    expect(queued.status).toBe('queued');
    await eventually(async () => {
      const { engine } = await service.heycat.call<{ engine: { cause?: string } }>('get_status');
      return engine.cause?.includes('no room') ?? false;
    });
    await server.becomeReal();
    await synced(service.heycat);
    await eventually(
      async () => (await service.heycat.call<ServiceStatus>('get_status', {})).queue.pending === 0,
    );
    expect(await service.heycat.call('get_settings')).toMatchObject({ settings: { early: true } });
  });
});
