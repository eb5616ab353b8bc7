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

/*
 * Each entity has two classes: as the payloads of its events have it, and as its state table has it, with what the
 * envelope of the events says besides. Times are ISO 8601 with milliseconds (UTC), ids are below 2^53; `seq` is that of the
 * event that last changed the row, with which `expected_seq` compares.
 */

export const RECORDING_STATUSES = ['recording', 'recorded', 'transcribing', 'completed', 'failed'] as const;
export type RecordingStatus = (typeof RECORDING_STATUSES)[number];

export class Recording {
  @IsId()
  id!: number;

  @IsContents(LIMITS.file_path_bytes)
  file_path!: string;

  @IsInteger(0)
  duration_ms!: number;

  @IsInteger(0, LIMITS.sample_rate_max)
  sample_rate!: number;

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

export class RecordingRow extends Recording {
  @IsTime()
  created_at!: string;

  @IsSeq()
  seq!: number;
}

export class Setting {
  @IsName(LIMITS.setting_key_chars)
  key!: string;

  /** Any JSON value. */
  @IsJsonValue()
  value!: unknown;
}

export class SettingRow extends Setting {
  @IsTime()
  updated_at!: string;

  @IsSeq()
  seq!: number;
}

export class DictionaryEntry {
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
}

export class DictionaryEntryRow extends DictionaryEntry {
  @IsTime()
  created_at!: string;

  @IsTime()
  updated_at!: string;

  @IsSeq()
  seq!: number;
}

export const ACTION_TYPES = ['open_app', 'type_text', 'system_control', 'custom'] as const;
export type ActionType = (typeof ACTION_TYPES)[number];

export class VoiceCommand {
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
}

export class VoiceCommandRow extends VoiceCommand {
  @IsTime()
  created_at!: string;

  @IsTime()
  updated_at!: string;

  @IsSeq()
  seq!: number;
}

export const CONTEXT_MODES = ['merge', 'replace'] as const;
export type ContextMode = (typeof CONTEXT_MODES)[number];

export class WindowContext {
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
}

export class WindowContextRow extends WindowContext {
  @IsTime()
  created_at!: string;

  @IsTime()
  updated_at!: string;

  @IsSeq()
  seq!: number;
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
