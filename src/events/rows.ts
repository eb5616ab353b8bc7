import { IsIds } from '../fields/collections.ts';
import {
  IsContents,
  IsFlag,
  IsId,
  IsInteger,
  IsJsonValue,
  IsName,
  IsOneOf,
  IsPriority,
  IsSeq,
  IsText,
  IsTime,
  MayBeNull,
} from '../fields/fields.ts';
import { LIMITS } from '../fields/limits.ts';
import type { Area } from './areas.ts';

/** What every row of a user has; times are ISO 8601 with milliseconds (UTC), ids are below 2^53. */
abstract class Row {
  /** seq of the event that last changed the row; `expected_seq` compares with it. */
  @IsSeq()
  seq!: number;
}

export const RECORDING_STATUSES = ['recording', 'recorded', 'transcribing', 'completed', 'failed'] as const;
export type RecordingStatus = (typeof RECORDING_STATUSES)[number];

export class RecordingRow extends Row {
  @IsId()
  id!: number;

  @IsContents(LIMITS.file_path_bytes)
  file_path!: string;

  @IsInteger(0)
  duration_ms!: number;

  @IsInteger(0, LIMITS.sample_rate_max)
  sample_rate!: number;

  @IsTime()
  created_at!: string;

  @MayBeNull()
  @IsContents(LIMITS.transcription_bytes)
  transcription!: string | null;

  @MayBeNull()
  @IsText(LIMITS.name_chars)
  transcription_model!: string | null;

  @IsOneOf(RECORDING_STATUSES)
  status!: RecordingStatus;

  @MayBeNull()
  @IsText(LIMITS.error_chars)
  error!: string | null;

  @MayBeNull()
  @IsText(LIMITS.name_chars)
  stop_reason!: string | null;

  @MayBeNull()
  @IsText(LIMITS.window_app_chars)
  active_window_app!: string | null;

  @MayBeNull()
  @IsText(LIMITS.window_title_chars)
  active_window_title!: string | null;

  /** True when the take was repaired after a crash. */
  @IsFlag()
  recovered!: boolean;
}

export class SettingRow extends Row {
  @IsName(LIMITS.setting_key_chars)
  key!: string;

  /** Any JSON value. */
  @IsJsonValue()
  value!: unknown;

  @IsTime()
  updated_at!: string;
}

export class DictionaryEntryRow extends Row {
  @IsId()
  id!: number;

  @IsName(LIMITS.trigger_chars)
  trigger!: string;

  @IsContents(LIMITS.replacement_bytes)
  replacement!: string;

  @IsFlag()
  enabled!: boolean;

  @MayBeNull()
  @IsText(LIMITS.suffix_chars)
  suffix!: string | null;

  @IsFlag()
  disable_suffix!: boolean;

  @IsFlag()
  auto_enter!: boolean;

  @IsFlag()
  complete_match_only!: boolean;

  @IsTime()
  created_at!: string;

  @IsTime()
  updated_at!: string;
}

export const ACTION_TYPES = ['open_app', 'type_text', 'system_control', 'custom'] as const;
export type ActionType = (typeof ACTION_TYPES)[number];

export class VoiceCommandRow extends Row {
  @IsId()
  id!: number;

  @IsName(LIMITS.trigger_chars)
  phrase!: string;

  @IsOneOf(ACTION_TYPES)
  action_type!: ActionType;

  /** Any JSON value; its shape depends on action_type. */
  @IsJsonValue()
  action_payload!: unknown;

  @IsFlag()
  enabled!: boolean;

  @IsTime()
  created_at!: string;

  @IsTime()
  updated_at!: string;
}

export const CONTEXT_MODES = ['merge', 'replace'] as const;
export type ContextMode = (typeof CONTEXT_MODES)[number];

export class WindowContextRow extends Row {
  @IsId()
  id!: number;

  @IsName(LIMITS.name_chars)
  name!: string;

  @IsName(LIMITS.name_chars)
  app_name!: string;

  @MayBeNull()
  @IsName(LIMITS.title_pattern_chars)
  title_pattern!: string | null;

  @IsFlag()
  enabled!: boolean;

  @IsPriority()
  priority!: number;

  @IsOneOf(CONTEXT_MODES)
  dictionary_mode!: ContextMode;

  @IsOneOf(CONTEXT_MODES)
  command_mode!: ContextMode;

  @IsIds()
  dictionary_entry_ids!: number[];

  @IsIds()
  voice_command_ids!: number[];

  @IsTime()
  created_at!: string;

  @IsTime()
  updated_at!: string;
}

/** The rows of each area's state table. */
export const ROWS = {
  recordings: RecordingRow,
  settings: SettingRow,
  dictionary: DictionaryEntryRow,
  voice_commands: VoiceCommandRow,
  window_contexts: WindowContextRow,
} as const satisfies Record<Area, unknown>;

/** Row type of each area's state table. */
export type AreaRows = { [A in Area]: InstanceType<(typeof ROWS)[A]> };

/** One row that came, changed (`before` and `after`) or went (`after` undefined). */
export type RowChange = {
  [A in Area]: { area: A; before?: AreaRows[A]; after?: AreaRows[A] };
}[Area];
