import type { RecordingRow } from '../../../src/events/rows.ts';
import { statistics, statisticsView } from '../../../src/projections/statistics.ts';
import { aRecording } from './histories.ts';

function given(...recordings: RecordingRow[]) {
  const days = statistics.initial();
  for (const after of recordings) statistics.apply(days, { area: 'recordings', after });
  return days;
}

describe('statistics', () => {
  const morning = aRecording({
    id: 1,
    created_at: '2026-05-01T00:00:00.000Z',
    transcription: ' one\ttwo\n three ',
  });
  const night = aRecording({ id: 2, created_at: '2026-05-01T23:59:59.999Z', duration_ms: 30_000 });
  const nextDay = aRecording({ id: 3, created_at: '2026-05-02T00:00:00.000Z', transcription: 'vier' });

  it('PJ12 counts takes, minutes and words of each UTC day', () => {
    expect(statistics.view(given(nextDay, night, morning))).toEqual({
      days: [
        { day: '2026-05-01', takes: 2, minutes: 1.5, words: 3 },
        { day: '2026-05-02', takes: 1, minutes: 1, words: 1 },
      ],
      total: { takes: 3, minutes: 2.5, words: 4 },
    });
  });

  it('PJ12 a text that arrives later is counted, and a deleted take leaves nothing behind', () => {
    const days = given(night);
    const completed = { ...night, transcription: 'see you' };
    statistics.apply(days, { area: 'recordings', before: night, after: completed });
    expect(statistics.view(days).total).toEqual({ takes: 1, minutes: 0.5, words: 2 });
    statistics.apply(days, { area: 'recordings', before: completed });
    expect(statistics.view(days)).toEqual({ days: [], total: { takes: 0, minutes: 0, words: 0 } });
  });

  it('PJ12 a range has its first day and ends before its last', () => {
    const days = given(morning, nextDay);
    expect(statisticsView(days, { from: '2026-05-02' }).total.words).toBe(1);
    expect(statisticsView(days, { to: '2026-05-02' }).total.words).toBe(3);
    expect(statisticsView(days, { from: '2026-05-03', to: '2026-05-01' }).days).toEqual([]);
  });
});
