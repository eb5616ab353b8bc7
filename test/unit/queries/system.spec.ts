import 'reflect-metadata';
import * as fc from 'fast-check';
import { GetRecordingState } from '../../../src/queries/takes/get-recording-state.ts';
import { DOMAIN_EVENT_TYPES, type DomainEvent } from '../../../src/events/domain-event.ts';
import { QUERY_HANDLERS } from '../../../src/queries/queries.module.ts';
import { GetRecording } from '../../../src/queries/recordings/get-recording.ts';
import { Explain } from '../../../src/queries/system/explain.ts';
import { GetCommand } from '../../../src/queries/system/get-command.ts';
import { ListAudioDevices } from '../../../src/queries/system/list-audio-devices.ts';
import { ListQueue } from '../../../src/queries/system/list-queue.ts';
import type { CommandOutcome } from '../../../src/queries/system/command-history.ts';
import { GetStatus } from '../../../src/queries/system/get-status.ts';
import { ReadEvents } from '../../../src/queries/system/read-events.ts';
import { aRecording, aSetting, anEvent, baseline, EPOCH, transaction } from '../projections/histories.ts';
import { AUDIO, given, openReadSide, RECORDING, STATUS } from './read-side.ts';

const COMMAND = '3f0e8a52-53ab-4c5e-8a0c-1d2f3a4b5c6d';

describe('read your writes', () => {
  it('QR13 at_least_seq waits for the read models, and the answer says how new it is', async () => {
    await using side = await given([], 5);
    const asked = side.ask(GetRecording, { id: 1, at_least_seq: 6, timeout_ms: 60_000 });
    side.feed.bring(transaction(6, [{ area: 'recordings', after: aRecording({ id: 1 }) }], [anEvent(6)]));
    expect(await asked).toMatchObject({ recording: { id: 1 }, as_of_seq: 6 });
    await expect(side.ask(GetRecording, { id: 1, at_least_seq: 7, timeout_ms: 1 })).rejects.toMatchObject({
      code: 'NOT_YET',
      details: { seq: 7, as_of_seq: 6 },
    });
  });
});

describe('read_events', () => {
  it('QR14 pages by seq, with or without types, visit each wanted event once', async () => {
    const scenario = fc.record({
      types: fc.array(fc.constantFrom(...DOMAIN_EVENT_TYPES), { maxLength: 40 }),
      wanted: fc.option(fc.uniqueArray(fc.constantFrom(...DOMAIN_EVENT_TYPES))),
      limit: fc.integer({ min: 1, max: 9 }),
      from: fc.nat(45),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ types, wanted, limit, from }) => {
        const events = types.map((type, index) => anEvent(index + 1, { type }));
        await using side = await given([], events.length);
        side.log.events.push(...events);
        const seen: DomainEvent[] = [];
        let next = from;
        for (;;) {
          const page = await side.ask(ReadEvents, { from_seq: next, limit, types: wanted });
          expect(page.last_seq).toBe(events.length);
          expect(page.events.length).toBeLessThanOrEqual(limit);
          seen.push(...page.events);
          next = page.next_seq;
          if (next > page.last_seq) break;
        }
        expect(seen).toEqual(
          events.filter(({ seq, type }) => seq >= from && (wanted === null || wanted.includes(type))),
        );
      }),
      { numRuns: 40 },
    );
  });

  it('QR14 a search for a rare type in a long log ends early and goes on with next_seq', async () => {
    await using side = await given([], 25_000);
    for (let seq = 1; seq <= 25_000; seq++) side.log.events.push(anEvent(seq));
    side.log.events[24_999] = anEvent(25_000, { type: 'setting_deleted' });
    const first = await side.ask(ReadEvents, { from_seq: 1, types: ['setting_deleted'] });
    expect(first).toEqual({ events: [], next_seq: 20_001, last_seq: 25_000, as_of_seq: 25_000 });
    const second = await side.ask(ReadEvents, { from_seq: first.next_seq, types: ['setting_deleted'] });
    expect(second).toMatchObject({ events: [{ seq: 25_000 }], next_seq: 25_001 });
  });

  it('QR14 events newer than the read models wait for the next page, and a log that was cut ends the answer', async () => {
    await using side = await given([], 3);
    side.log.events.push(anEvent(1), anEvent(2), anEvent(3), anEvent(4));
    expect(await side.ask(ReadEvents, { from_seq: 2 })).toMatchObject({
      events: [{ seq: 2 }, { seq: 3 }],
      next_seq: 4,
      last_seq: 3,
    });
    side.log.events.length = 2;
    expect(await side.ask(ReadEvents, { from_seq: 2 })).toMatchObject({
      events: [{ seq: 2 }],
      next_seq: 3,
      last_seq: 2,
    });
  });

  it('QR14 its wrong fields are named', async () => {
    await using side = await openReadSide();
    expect(await side.refused(ReadEvents, {})).toEqual(['from_seq']);
    expect(await side.refused(ReadEvents, { from_seq: -1, limit: 1_001, types: ['recording_lost'] })).toEqual(
      ['from_seq', 'limit', 'types'],
    );
  });
});

describe('get_command', () => {
  it('QR15 answers what became of a command, else NOT_FOUND', async () => {
    await using side = await given([], 9);
    const failed_at = '2026-05-01T08:00:00.000Z';
    const outcomes: CommandOutcome[] = [
      { status: 'applied', command_id: COMMAND, seq: 9, result: { id: 4 }, created_at: failed_at },
      { status: 'queued', command_id: COMMAND, position: 3 },
      { status: 'failed', command_id: COMMAND, code: 'CONFLICT', message: 'It has changed.', failed_at },
    ];
    for (const outcome of outcomes) {
      side.outcomes.set(COMMAND, outcome);
      expect(await side.ask(GetCommand, { command_id: COMMAND })).toEqual({ ...outcome, as_of_seq: 9 });
    }
    const other = COMMAND.replace('3f', '4f');
    await expect(side.ask(GetCommand, { command_id: other })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await side.refused(GetCommand, { command_id: 'latest' })).toEqual(['command_id']);
  });
});

describe('list_queue', () => {
  it('QR19 lists the commands that wait or were given up', async () => {
    await using side = await given([], 9);
    expect(await side.ask(ListQueue)).toEqual({ commands: [], total_count: 0, as_of_seq: 9 });
    const waiting = { command_id: COMMAND, position: 3, reducer: 'save_setting', issued_at: 'now' };
    side.queue.push({ ...waiting, status: 'queued' });
    expect(await side.ask(ListQueue)).toMatchObject({ commands: [{ status: 'queued' }], total_count: 1 });
  });
});

describe('explain', () => {
  const told = (event: DomainEvent) => ({
    seq: event.seq,
    type: event.type,
    occurred_at: event.occurred_at,
    command_id: event.command_id,
    actor: event.actor,
  });

  it('QR16 gives the row, its projection, and the events that made it, without their payloads', async () => {
    const row = aRecording({ id: 1, seq: 2 });
    await using side = await given([{ area: 'recordings', after: row }], 2);
    const added = anEvent(1);
    const completed = anEvent(2, { type: 'recording_completed', payload: { transcription: 'dear diary' } });
    side.log.events.push(added, completed, anEvent(3, { type: 'recording_deleted' }));
    for (const id of [1, '1']) {
      expect(await side.ask(Explain, { area: 'recordings', id })).toEqual({
        area: 'recordings',
        id: 1,
        row,
        projection: { name: 'recordings', version: 1, seq: 2 },
        history: [told(added), told(completed)],
        as_of_seq: 2,
      });
    }
  });

  it('QR16 explains what was deleted, a setting by its key, and refuses what never was', async () => {
    await using side = await given([{ area: 'settings', after: aSetting('7', 'x', 2) }], 3);
    const deleted = anEvent(3, { type: 'recording_deleted', entity_id: '5' });
    side.log.events.push(deleted);
    expect(await side.ask(Explain, { area: 'recordings', id: 5 })).toMatchObject({
      row: null,
      history: [told(deleted)],
    });
    expect(await side.ask(Explain, { area: 'settings', id: '7' })).toMatchObject({
      id: '7',
      row: { value: 'x' },
    });
    await expect(side.ask(Explain, { area: 'dictionary', id: 5 })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    for (const id of ['five', '', 0, '-1']) {
      await expect(side.ask(Explain, { area: 'dictionary', id })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        details: { field: 'id' },
      });
    }
    expect(await side.refused(Explain, { area: 'events', id: {} })).toEqual(['area', 'id']);
  });
});

describe('get_status', () => {
  it('QR17 answers before the engine is there, and tells when the read models have caught up', async () => {
    await using side = await openReadSide();
    const names = ['recordings', 'settings', 'dictionary', 'voice_commands', 'window_contexts', 'statistics'];
    const expected = {
      ...STATUS.process(),
      engine: STATUS.engine(),
      connection: STATUS.connection(),
      queue: { pending: 1, dead: 0 },
      backup: { last_at: '2026-05-01T07:00:00.000Z' },
      clock: { state: 'steady' },
      clients: 3,
    };
    expect(await side.ask(GetStatus)).toEqual({
      ...expected,
      epoch: '',
      last_seq: 0,
      synced: false,
      projections: names.map((name) => ({ name, version: 1, seq: 0 })),
      as_of_seq: 0,
      stale: true,
    });
    side.feed.bring(baseline(12, []));
    expect(await side.ask(GetStatus)).toMatchObject({
      epoch: EPOCH,
      last_seq: 12,
      synced: true,
      projections: names.map((name) => ({ name, version: 1, seq: 12 })),
      as_of_seq: 12,
    });
  });
});

describe('list_audio_devices', () => {
  it('MIC21 tells the devices that are there', async () => {
    await using side = await given([], 9);
    const devices = await AUDIO.devices();
    expect(await side.ask(ListAudioDevices)).toEqual({ devices, total_count: 1, as_of_seq: 9 });
  });
});

describe('the queries module', () => {
  it('QR18 every query has exactly one handler', () => {
    const messages = QUERY_HANDLERS.map((handler) => {
      const metadata = Reflect.getMetadataKeys(handler).find((key) => String(key).includes('queryHandler'));
      return Reflect.getMetadata(metadata, handler);
    });
    expect(messages).not.toContain(undefined);
    expect(new Set(messages).size).toBe(QUERY_HANDLERS.length);
  });
});

describe('get_recording_state', () => {
  it('QR20 answers what is recorded now and how many takes wait', async () => {
    await using side = await openReadSide();
    expect(await side.ask(GetRecordingState)).toEqual({ ...RECORDING.state(), as_of_seq: 0, stale: true });
  });
});
