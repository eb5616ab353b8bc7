/** Methods that steer takes; they write nothing themselves. */
export const TAKE_METHODS = [
  'start_recording',
  'stop_recording',
  'toggle_recording',
  'cancel_recording',
  'press_hotkey',
  'release_hotkey',
  'transcribe_recording',
  'resolve_ambiguous_command',
];
