const KIB = 1024;
const MIB = 1024 * KIB;

/** The largest integer that every JSON reader keeps exactly. */
export const MAX_INTEGER = Number.MAX_SAFE_INTEGER;

/** What fields may hold; the module enforces the same. Lengths are Unicode characters, sizes UTF-8 bytes. */
export const LIMITS = {
  file_path_bytes: 4 * KIB,
  transcription_bytes: MIB,
  /** Names of window contexts, their applications, speech models and reasons for stopping. */
  name_chars: 256,
  error_chars: 4 * KIB,
  setting_key_chars: 128,
  json_value_bytes: 64 * KIB,
  trigger_chars: 256,
  replacement_bytes: 64 * KIB,
  suffix_chars: 5,
  title_pattern_chars: 1024,
  cursor_chars: 64,
  /** Ids in one list, settings in one save. */
  list_items: 1_000,
  /** Given by other programs, so longer than the names that a user gives. */
  window_app_chars: KIB,
  window_title_chars: 4 * KIB,
  sample_rate_max: 768_000,
  wait_ms_max: 60_000,
  timeout_ms_max: 24 * 60 * 60 * 1_000,
} as const;
