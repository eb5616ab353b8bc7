import type { Area } from './areas.ts';

/** What every row of a user has; times are ISO 8601 with milliseconds (UTC), ids are below 2^53. */
interface Row {
  /** seq of the event that last changed the row; `expected_seq` compares with it. */
  seq: number;
}

export const RECORDING_STATUSES = ['recording', 'recorded', 'transcribing', 'completed', 'failed'] as const;
export type RecordingStatus = (typeof RECORDING_STATUSES)[number];

export interface RecordingRow extends Row {
  id: number;
  file_path: string;
  duration_ms: number;
  sample_rate: number;
  created_at: string;
  transcription: string | null;
  transcription_model: string | null;
  status: RecordingStatus;
  error: string | null;
  stop_reason: string | null;
  active_window_app: string | null;
  active_window_title: string | null;
  /** True when the take was repaired after a crash. */
  recovered: boolean;
}

export interface SettingRow extends Row {
  key: string;
  /** Any JSON value. */
  value: unknown;
  updated_at: string;
}

export interface DictionaryEntryRow extends Row {
  id: number;
  trigger: string;
  replacement: string;
  enabled: boolean;
  suffix: string | null;
  disable_suffix: boolean;
  auto_enter: boolean;
  complete_match_only: boolean;
  created_at: string;
  updated_at: string;
}

export const ACTION_TYPES = ['open_app', 'type_text', 'system_control', 'custom'] as const;
export type ActionType = (typeof ACTION_TYPES)[number];

export interface VoiceCommandRow extends Row {
  id: number;
  phrase: string;
  action_type: ActionType;
  /** Any JSON value; its shape depends on action_type. */
  action_payload: unknown;
  enabled: boolean;
  created_at: string;
  updated_at: string;
}

export const CONTEXT_MODES = ['merge', 'replace'] as const;
export type ContextMode = (typeof CONTEXT_MODES)[number];

export interface WindowContextRow extends Row {
  id: number;
  name: string;
  app_name: string;
  title_pattern: string | null;
  enabled: boolean;
  priority: number;
  dictionary_mode: ContextMode;
  command_mode: ContextMode;
  dictionary_entry_ids: number[];
  voice_command_ids: number[];
  created_at: string;
  updated_at: string;
}

/** Row type of each area's state table. */
export interface AreaRows {
  recordings: RecordingRow;
  settings: SettingRow;
  dictionary: DictionaryEntryRow;
  voice_commands: VoiceCommandRow;
  window_contexts: WindowContextRow;
}

/** One row that came, changed (`before` and `after`) or went (`after` undefined). */
export type RowChange = {
  [A in Area]: { area: A; before?: AreaRows[A]; after?: AreaRows[A] };
}[Area];
