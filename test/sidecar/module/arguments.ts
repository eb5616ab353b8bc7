/** Arguments of the reducers, as the server's HTTP interface takes them. */

export const NONE = { none: [] };

export function some<T>(value: T): { some: T } {
  return { some: value };
}

export const RECORDING = {
  file_path: '/home/me/take.wav',
  duration_ms: 1_000,
  sample_rate: 16_000,
  transcription: NONE,
  transcription_model: NONE,
  status: 'recorded',
  error: NONE,
  stop_reason: NONE,
  active_window_app: some('Mail'),
  active_window_title: NONE,
  recovered: false,
};

/** Changes nothing; spread it and name what changes. */
export const RECORDING_CHANGES = {
  file_path: NONE,
  duration_ms: NONE,
  sample_rate: NONE,
  transcription: NONE,
  transcription_model: NONE,
  status: NONE,
  error: NONE,
  stop_reason: NONE,
  active_window_app: NONE,
  active_window_title: NONE,
  recovered: NONE,
  clear: [] as string[],
};

export const ENTRY = {
  trigger: 'brb',
  replacement: 'be right back',
  enabled: true,
  suffix: NONE,
  disable_suffix: false,
  auto_enter: false,
  complete_match_only: false,
};

/** Changes nothing; spread it and name what changes. */
export const ENTRY_CHANGES = {
  trigger: NONE,
  replacement: NONE,
  enabled: NONE,
  suffix: NONE,
  disable_suffix: NONE,
  auto_enter: NONE,
  complete_match_only: NONE,
  clear: [] as string[],
};

export const VOICE_COMMAND = {
  phrase: 'open {app}',
  action_type: 'open_app',
  action_payload: '{"app":"{app}"}',
  enabled: true,
};

export const WINDOW_CONTEXT = {
  name: 'Mail',
  app_name: 'Mail',
  title_pattern: NONE,
  enabled: true,
  priority: -1,
  dictionary_mode: 'merge',
  command_mode: 'replace',
  dictionary_entry_ids: [] as number[],
  voice_command_ids: [] as number[],
};
