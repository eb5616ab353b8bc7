import type { VoiceCommandRow, WindowContextRow } from '../../../src/events/rows.ts';
import { ListDictionaryEntries } from '../../../src/queries/dictionary/list-dictionary-entries.ts';
import { GetRecording } from '../../../src/queries/recordings/get-recording.ts';
import { GetSettings } from '../../../src/queries/settings/get-settings.ts';
import { GetStatistics } from '../../../src/queries/system/get-statistics.ts';
import { GetVoiceCommands } from '../../../src/queries/voice-commands/get-voice-commands.ts';
import { ListWindowContexts } from '../../../src/queries/window-contexts/list-window-contexts.ts';
import { anEntry, aRecording, aSetting } from '../projections/histories.ts';
import { given, openReadSide } from './read-side.ts';

const times = { created_at: '2026-05-01T08:00:00.000Z', updated_at: '2026-05-01T08:00:00.000Z' };
const calculator: VoiceCommandRow = {
  id: 1,
  phrase: 'open the calculator',
  action_type: 'open_app',
  action_payload: { app: 'calc' },
  enabled: true,
  seq: 2,
  ...times,
};
const editor: WindowContextRow = {
  id: 1,
  name: 'editor',
  app_name: 'Code',
  title_pattern: '\\.ts$',
  enabled: true,
  priority: 5,
  dictionary_mode: 'merge',
  command_mode: 'replace',
  dictionary_entry_ids: [2],
  voice_command_ids: [1],
  seq: 3,
  ...times,
};

describe('queries for one area', () => {
  it('QR8 get_recording answers the row, or NOT_FOUND', async () => {
    const row = aRecording({ id: 7, transcription: 'hello' });
    await using side = await given([{ area: 'recordings', after: row }]);
    expect(await side.ask(GetRecording, { id: 7 })).toEqual({ recording: row, as_of_seq: 100 });
    await expect(side.ask(GetRecording, { id: 8 })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: 'Recording not found',
    });
    for (const id of [undefined, null, 0, '7', 1.5])
      expect(await side.refused(GetRecording, { id })).toEqual(['id']);
  });

  it('QR9 get_settings answers all, or those of the keys that are set, whatever the keys are called', async () => {
    await using side = await given([
      { area: 'settings', after: aSetting('theme', 'dark') },
      { area: 'settings', after: aSetting('__proto__', { polluted: true }) },
      { area: 'settings', after: aSetting('nothing', null) },
    ]);
    const asJson = async (fields?: object) => JSON.stringify(await side.ask(GetSettings, fields));
    expect(await asJson()).toBe(
      '{"settings":{"__proto__":{"polluted":true},"nothing":null,"theme":"dark"},"as_of_seq":100}',
    );
    expect(await asJson({ keys: ['__proto__', 'toString', 'theme', 'theme'] })).toBe(
      '{"settings":{"__proto__":{"polluted":true},"theme":"dark"},"as_of_seq":100}',
    );
    expect(await asJson({ keys: [] })).toBe('{"settings":{},"as_of_seq":100}');
    expect('polluted' in {}).toBe(false);
    for (const keys of ['theme', [1], ['x'.repeat(129)], Array.from({ length: 1_001 }, () => 'k')]) {
      expect(await side.refused(GetSettings, { keys })).toEqual(['keys']);
    }
  });

  it('QR10 dictionary, voice commands and window contexts are listed by id with their number', async () => {
    await using side = await given([
      { area: 'dictionary', after: anEntry({ id: 2 }) },
      { area: 'dictionary', after: anEntry({ id: 1 }) },
      { area: 'voice_commands', after: calculator },
      { area: 'window_contexts', after: editor },
    ]);
    expect(await side.ask(ListDictionaryEntries)).toEqual({
      entries: [anEntry({ id: 1 }), anEntry({ id: 2 })],
      total_count: 2,
      as_of_seq: 100,
    });
    expect(await side.ask(GetVoiceCommands)).toEqual({
      commands: [calculator],
      total_count: 1,
      as_of_seq: 100,
    });
    expect(await side.ask(ListWindowContexts)).toEqual({
      contexts: [editor],
      total_count: 1,
      as_of_seq: 100,
    });
  });

  it('QR11 get_statistics answers the days of the range and their total', async () => {
    await using side = await given([
      { area: 'recordings', after: aRecording({ id: 1, transcription: 'a b' }) },
      { area: 'recordings', after: aRecording({ id: 2, created_at: '2026-05-02T08:00:00.000Z' }) },
    ]);
    expect(await side.ask(GetStatistics, { from: '2026-05-01', to: '2026-05-02' })).toEqual({
      days: [{ day: '2026-05-01', takes: 1, minutes: 1, words: 2 }],
      total: { takes: 1, minutes: 1, words: 2 },
      stages: { decode_ms: { takes: 3, p50_ms: 160, p95_ms: 200 } },
      as_of_seq: 100,
    });
    expect((await side.ask(GetStatistics, { from: null })).total.takes).toBe(2);
    for (const from of ['2026-5-1', '2026-13-01', '2026-05-32', 20260501]) {
      expect(await side.refused(GetStatistics, { from })).toEqual(['from']);
    }
  });
});

describe('what all queries share', () => {
  it('QR12 before the first baseline they answer at once with nothing, stale, as of seq 0', async () => {
    await using side = await openReadSide();
    const asOf = { as_of_seq: 0, stale: true };
    expect(await side.ask(ListDictionaryEntries)).toEqual({ entries: [], total_count: 0, ...asOf });
    expect(await side.ask(GetSettings)).toEqual({ settings: {}, ...asOf });
  });
});
