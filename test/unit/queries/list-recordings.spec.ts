import * as fc from 'fast-check';
import type { RecordingRow, RowChange } from '../../../src/events/rows.ts';
import { ListRecordings } from '../../../src/queries/recordings/list-recordings.ts';
import { aRecording, transaction } from '../projections/histories.ts';
import { given, openReadSide } from './read-side.ts';

const takes = (...rows: RecordingRow[]): RowChange[] => rows.map((after) => ({ area: 'recordings', after }));
const numbered = (count: number) =>
  Array.from({ length: count }, (_, index) => aRecording({ id: index + 1 }));
const ids = ({ recordings }: { recordings: readonly RecordingRow[] }) => recordings.map(({ id }) => id);

describe('list_recordings', () => {
  it('QR1 answers the newest 50, with all columns, the total and where to go on', async () => {
    await using side = await given(takes(...numbered(60)));
    const page = await side.ask(ListRecordings);
    expect(ids(page)).toEqual(Array.from({ length: 50 }, (_, index) => 60 - index));
    expect(page.recordings[0]).toEqual(aRecording({ id: 60 }));
    expect(page).toMatchObject({
      total_count: 60,
      has_more: true,
      cursor: expect.any(String),
      as_of_seq: 100,
    });
    const rest = await side.ask(ListRecordings, { cursor: page.cursor });
    expect(ids(rest)).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(rest).toMatchObject({ total_count: 60, has_more: false, cursor: null });
  });

  it('QR2 paging by cursor or offset, filtered or not, visits each match once, newest first', async () => {
    const status = fc.constantFrom('completed' as const, 'failed' as const);
    const scenario = fc.record({
      statuses: fc.array(status, { maxLength: 30 }),
      wanted: fc.option(status),
      limit: fc.integer({ min: 1, max: 7 }),
      by: fc.constantFrom('cursor' as const, 'offset' as const),
    });
    await using side = await given([]);
    let seq = 100;
    await fc.assert(
      fc.asyncProperty(scenario, async ({ statuses, wanted, limit, by }) => {
        const held = (await side.ask(ListRecordings, { limit: 500 })).recordings;
        const rows = statuses.map((value, index) =>
          aRecording({ id: index + 1, status: value, seq: seq + 1 }),
        );
        const gone = held.filter(({ id }) => id > rows.length);
        const changes = gone.map((before) => ({ area: 'recordings' as const, before }));
        side.feed.bring(transaction(++seq, [...changes, ...takes(...rows)]));

        const expected = rows.filter((row) => wanted === null || row.status === wanted).toReversed();
        const seen: number[] = [];
        let place = {};
        for (;;) {
          const page = await side.ask(ListRecordings, { status: wanted, limit, ...place });
          seen.push(...ids(page));
          expect(page.total_count).toBe(expected.length);
          expect(page.has_more).toBe(seen.length < expected.length);
          expect(page.cursor !== null).toBe(page.has_more);
          if (!page.has_more) break;
          place = by === 'cursor' ? { cursor: page.cursor } : { offset: seen.length };
        }
        expect(seen).toEqual(expected.map(({ id }) => id));
      }),
      { numRuns: 40 },
    );
  });

  it('QR2 a cursor keeps its place when takes come and go', async () => {
    await using side = await given(takes(...numbered(6)));
    const { cursor } = await side.ask(ListRecordings, { limit: 2 });
    side.feed.bring(
      transaction(101, [
        { area: 'recordings', after: aRecording({ id: 7, seq: 101 }) },
        { area: 'recordings', before: aRecording({ id: 5 }) },
        { area: 'recordings', before: aRecording({ id: 4 }) },
      ]),
    );
    expect(ids(await side.ask(ListRecordings, { limit: 2, cursor }))).toEqual([3, 2]);
  });

  it('QR3 a cursor that no page answered is refused, and so is one beside an offset', async () => {
    await using side = await given(takes(...numbered(3)));
    const { cursor } = await side.ask(ListRecordings, { limit: 1 });
    const wrong = [
      '',
      'x',
      '!!',
      'LTE',
      'MA',
      'MS41',
      'MDE',
      `${cursor} `,
      Buffer.from('1e3').toString('base64url'),
    ];
    for (const text of wrong) {
      await expect(side.ask(ListRecordings, { cursor: text })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        details: { field: 'cursor' },
      });
    }
    await expect(side.ask(ListRecordings, { cursor, offset: 0 })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      details: { field: 'offset' },
    });
    expect(ids(await side.ask(ListRecordings, { cursor: null, offset: 9 }))).toEqual([]);
  });

  it('QR4 searches transcription, file name and window without regard to case', async () => {
    await using side = await given(
      takes(
        aRecording({ id: 1, transcription: 'Call ÄRZTE at noon' }),
        aRecording({ id: 2, file_path: '/needle/Standup.WAV' }),
        aRecording({ id: 3, file_path: 'C:\\needle\\Retro.wav' }),
        aRecording({ id: 4, active_window_title: 'Inbox (3) - Mail' }),
        aRecording({ id: 5, active_window_app: 'Terminal' }),
      ),
    );
    const found = async (search: string) => ids(await side.ask(ListRecordings, { search }));
    expect(await found('ärzte AT')).toEqual([1]);
    expect(await found('standup.wav')).toEqual([2]);
    expect(await found('RETRO')).toEqual([3]);
    expect(await found('(3)')).toEqual([4]);
    expect(await found('termin')).toEqual([5]);
    expect(await found('needle')).toEqual([]);
    expect(await found('  ')).toEqual([5, 4, 3, 2, 1]);
    expect((await side.ask(ListRecordings, { search: 'a', limit: 1 })).total_count).toBe(5);
  });

  it('QR5 from is included, to is not, in whatever zone they are given', async () => {
    await using side = await given(
      takes(
        aRecording({ id: 1, created_at: '2026-05-01T07:59:59.999Z' }),
        aRecording({ id: 2, created_at: '2026-05-01T08:00:00.000Z' }),
        aRecording({ id: 3, created_at: '2026-05-02T08:00:00.000Z' }),
      ),
    );
    const found = async (range: object) => ids(await side.ask(ListRecordings, range));
    expect(await found({ from: '2026-05-01T08:00:00Z', to: '2026-05-02T08:00:00Z' })).toEqual([2]);
    expect(await found({ from: '2026-05-01T10:00:00+02:00' })).toEqual([3, 2]);
    expect(await found({ to: '2026-05-01T08:00' })).toEqual([1]);
    expect(await found({ from: '2026-05-02' })).toEqual([3]);
    for (const to of ['2026-13-01', '2026-05-01T25:00:00Z', '9999-12-31T23:59:59-12:00']) {
      expect(await side.refused(ListRecordings, { to })).toEqual(['to']);
    }
  });

  it('QR6 each field out of its bounds is named', async () => {
    await using side = await openReadSide();
    const wrong: [string, unknown[]][] = [
      ['limit', [0, 501, 1.5, '50', Number.NaN]],
      ['offset', [-1, 0.5, '1']],
      ['cursor', [1, 'x'.repeat(65)]],
      ['search', [1, 'x'.repeat(1_001)]],
      ['from', ['yesterday', 1, '2026-W18', '2026-05-01 08:00']],
      ['to', ['']],
      ['status', ['done', 1]],
      ['at_least_seq', [-1, 1.5, '1', 2 ** 53]],
      ['timeout_ms', [-1, 24 * 60 * 60 * 1_000 + 1, '5']],
    ];
    for (const [field, values] of wrong) {
      for (const value of values)
        expect(await side.refused(ListRecordings, { [field]: value })).toEqual([field]);
    }
  });

  it('QR7 a page of 50 out of 100,000 takes is a matter of microseconds', async () => {
    await using side = await given(takes(...numbered(100_000)), 100_000);
    const times: number[] = [];
    for (let round = 0; round < 500; round++) {
      const start = performance.now();
      await side.queryBus.execute(new ListRecordings());
      times.push(performance.now() - start);
    }
    const median = times.sort((a, b) => a - b)[250];
    // Two milliseconds would be a copy or a sort of all rows; the bound leaves room for a busy machine.
    expect(median).toBeLessThan(0.5);
  });
});
