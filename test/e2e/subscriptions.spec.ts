import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { ClientEvent, HeycatClient } from '../../src/infra/ipc/client/client.ts';
import { describeOnEngines } from '../support/engines.ts';
import { copyOfTake, eventually, hear, startService, type TestService } from '../support/service.ts';
import type { Applied } from './command-cases/case.ts';

const durable = (events: ClientEvent[]): ClientEvent[] => events.filter(({ seq }) => seq !== undefined);
const seqsOf = (events: ClientEvent[]): number[] => durable(events).map(({ seq }) => seq!);
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** Saves many settings, as many commands under way at once as the service takes from one client. */
async function saveMany(client: HeycatClient, count: number): Promise<number> {
  let [next, last] = [0, 0];
  const worker = async () => {
    while (next < count) {
      const { seq } = await client.call<Applied>('save_setting', {
        key: `many ${next % 50}`,
        value: (next += 1),
      });
      last = Math.max(last, seq);
    }
  };
  await Promise.all(Array.from({ length: 100 }, worker));
  return last;
}

describeOnEngines('subscriptions', (engine) => {
  let service: TestService;
  let writer: HeycatClient;

  beforeAll(async () => {
    service = await startService(engine);
    writer = await service.connect();
  });
  afterAll(() => service[Symbol.asyncDispose]());

  it('APP13 events come gapless and in order, with data_changed once for each transaction', async () => {
    const heard = await service.hear();
    const { seq: before } = await writer.call<Applied>('save_setting', { key: 'first', value: 0 });
    await Promise.all(range(1, 50).map((value) => writer.call('save_setting', { key: `k${value}`, value })));
    const values = { a: 1, b: 2, c: 3 };
    const { seq: last } = await writer.call<Applied>('save_settings', { values });
    await heard.first(({ seq }) => seq === last);
    await heard.first(
      (event) => heard.events.indexOf(event) > 0 && event === heard.events.at(-1) && !event.seq,
    );
    expect(seqsOf(heard.events)).toEqual(range(before, last));
    expect(heard.events.filter(({ type }) => type === 'data_changed')).toHaveLength(52);
    const ofLast = heard.events.slice(-4).map(({ type }) => type);
    expect(ofLast).toEqual(['setting_updated', 'setting_updated', 'setting_updated', 'data_changed']);
  });

  it('APP14 recording_completed is told when a take comes to have its text', async () => {
    const heard = await service.hear({ areas: ['recordings'] });
    const file_path = await copyOfTake(join(service.dataDir, 'recordings'));
    const { result } = await writer.call<Applied>('add_recording', { file_path });
    const { seq } = await writer.call<Applied>('update_recording', {
      id: result.id,
      transcription: 'two words',
      status: 'completed',
    });
    const completed = await heard.first((event) => event.seq === seq);
    expect(completed).toMatchObject({ type: 'recording_completed', entity_id: String(result.id) });
    expect(durable(heard.events).map(({ type }) => type)).toEqual(['recording_added', 'recording_completed']);
  });

  it('APP15 recording_saved is another name of recording_added, live and in a replay', async () => {
    const types = ['recording_saved', 'recording_deleted'];
    const heard = await service.hear({ types });
    const file_path = await copyOfTake(join(service.dataDir, 'recordings'), 'saved.wav');
    const { seq, result } = await writer.call<Applied>('add_recording', { file_path });
    await writer.call('delete_recording', { id: result.id });
    const replayed = await service.hear({ types, from_seq: seq });
    for (const { first, events } of [heard, replayed]) {
      await first(({ type }) => type === 'recording_deleted');
      expect(events.map(({ type }) => type)).toEqual(['recording_saved', 'recording_deleted']);
    }
  });

  it('APP16 a subscription hears only the types and areas it asked for', async () => {
    const heard = await service.hear({ areas: ['dictionary'], types: ['dictionary_updated'] });
    await writer.call('save_setting', { key: 'unheard', value: 1 });
    const { seq } = await writer.call<Applied>('add_dictionary_entry', {
      trigger: randomUUID(),
      replacement: '',
    });
    await heard.first((event) => event.seq === seq);
    expect(heard.events.map(({ type }) => type)).toEqual(['dictionary_updated']);
  });

  it('APP17 snapshot: true gives the read models at the seq where the events begin', async () => {
    const client = await service.connect();
    const events: ClientEvent[] = [];
    const many = saveMany(writer, 200);
    const { first } = await client.subscribe({ snapshot: true }, (event) => events.push(event));
    const last = await many;
    const { events: logged } = await client.call<{ events: ClientEvent[] }>('read_events', {
      from_seq: first.seq,
      limit: 1,
    });
    expect(Object.keys(first.snapshot!).toSorted()).toEqual([
      'dictionary',
      'recordings',
      'settings',
      'statistics',
      'voice_commands',
      'window_contexts',
    ]);
    const { settings } = first.snapshot!['settings'] as { settings: Record<string, unknown> };
    expect(settings[logged[0]!.entity_id!]).toEqual(logged[0]!.payload['value']);
    await eventually(() => events.some(({ seq }) => seq === last));
    expect(seqsOf(events)).toEqual(range(first.seq + 1, last));
  });

  it('APP18 after a restart a client that was away gets all it missed, from the engine where memory ends', async () => {
    const stayed = await service.hear();
    const { epoch, last_seq: start } = await writer.call<{ epoch: string; last_seq: number }>('get_status');
    const last = await saveMany(writer, 1_300);
    await service.restart();
    const client = await service.connect();
    expect(client.service).toMatchObject({ epoch, last_seq: last });
    const late = await hear(client, { from_seq: 1, epoch });
    const { seq: next } = await client.call<Applied>('save_setting', { key: 'after the restart', value: 1 });
    await late.first(({ seq }) => seq === next);
    expect(seqsOf(late.events)).toEqual(range(1, next));
    await stayed.first(({ seq }) => seq === next);
    expect(seqsOf(stayed.events)).toEqual(range(start + 1, next));
  });

  it('APP19 a from_seq beyond the history, or of another epoch, is told as a gap', async () => {
    const client = await service.connect();
    const { epoch, last_seq: seq } = await client.call<{ epoch: string; last_seq: number }>('get_status');
    for (const options of [
      { from_seq: seq + 2, epoch },
      { from_seq: 1, epoch: 'f'.repeat(32) },
    ]) {
      const { first } = await client.subscribe(options, () => undefined);
      expect(first).toMatchObject({ gap: true, epoch, seq });
    }
    const { first } = await client.subscribe({ from_seq: seq + 1, epoch }, () => undefined);
    expect(first.gap).toBeUndefined();
  });
});
