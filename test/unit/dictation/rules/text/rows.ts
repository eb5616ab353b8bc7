import type {
  DictionaryEntryRow,
  VoiceCommandRow,
  WindowContextRow,
} from '../../../../../src/events/rows.ts';

const TIMES = { created_at: '2026-05-01T08:00:00.000Z', updated_at: '2026-05-01T08:00:00.000Z' };

export function entry(
  id: number,
  trigger: string,
  replacement: string,
  fields: Partial<DictionaryEntryRow> = {},
): DictionaryEntryRow {
  return {
    id,
    trigger,
    replacement,
    enabled: true,
    suffix: null,
    disable_suffix: false,
    auto_enter: false,
    complete_match_only: false,
    ...TIMES,
    seq: id,
    ...fields,
  };
}

export function command(id: number, phrase: string, fields: Partial<VoiceCommandRow> = {}): VoiceCommandRow {
  return {
    id,
    phrase,
    action_type: 'custom',
    action_payload: {},
    enabled: true,
    ...TIMES,
    seq: id,
    ...fields,
  };
}

export function context(id: number, fields: Partial<WindowContextRow> = {}): WindowContextRow {
  return {
    id,
    name: `context ${id}`,
    app_name: 'Editor',
    title_pattern: null,
    enabled: true,
    priority: 0,
    dictionary_mode: 'merge',
    command_mode: 'merge',
    dictionary_entry_ids: [],
    voice_command_ids: [],
    ...TIMES,
    seq: id,
    ...fields,
  };
}
