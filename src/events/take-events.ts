import type { ErrorCode } from '../errors.ts';
import type { ActionType } from './rows.ts';

/**
 * `toggle`: a press starts, the next one stops. `push_to_talk`: it records while the key is held. `hybrid`: a key held
 * for half a second is push-to-talk, a shorter tap toggles.
 */
export const TAKE_MODES = ['toggle', 'push_to_talk', 'hybrid'] as const;
export type TakeMode = (typeof TAKE_MODES)[number];

/** Why a take that is kept and transcribed ended; stands in its row. */
export const STOP_REASONS = [
  'user',
  'max_duration',
  'silence',
  'source_ended',
  'device_lost',
  'capture_failed',
  'disk_full',
  'write_failed',
  'shutdown',
] as const;
export type StopReason = (typeof STOP_REASONS)[number];

/** Why a take is not transcribed. `no_sound`: not one sample came. */
export const CANCEL_REASONS = ['cancelled', 'no_speech', 'no_sound'] as const;
export type CancelReason = (typeof CANCEL_REASONS)[number];

/** What may spoil a take. `silence_unnoticed`: it will not end by silence. */
export const QUALITY_WARNINGS = ['clipping', 'too_quiet', 'silence_unnoticed'] as const;
export type QualityWarning = (typeof QUALITY_WARNINGS)[number];

export const DEVICE_PROBLEMS = ['device_disconnected', 'device_back', 'not_kept_open'] as const;
export type DeviceProblem = (typeof DEVICE_PROBLEMS)[number];

/** Why a voice command's action failed; the codes are those that hosts of the original know. */
export const ACTION_ERROR_CODES = [
  'MISSING_PARAM',
  'INVALID_PARAMETER',
  'INVALID_APP_NAME',
  'NOT_FOUND',
  'OPEN_FAILED',
  'EXECUTION_ERROR',
  'UNSUPPORTED_PLATFORM',
] as const;
export type ActionErrorCode = (typeof ACTION_ERROR_CODES)[number];

/** Where a take's time went, in ms; a stage that it did not pass is absent. */
export class StageTimes {
  /** From the press to the first real sample. */
  first_sample_ms?: number;
  /** From the end of the sound to a file that is whole on disk. */
  file_ms?: number;
  /** Until the recogniser had time for it. */
  wait_ms?: number;
  /** In the model itself. */
  decode_ms?: number;
  /** Dictionary and voice commands. */
  rules_ms?: number;
  /** Until the text was told to whoever listens, from the end of the sound. */
  told_ms?: number;
  /** Until the row has its text, from the end of the sound. */
  stored_ms?: number;
}

class OfTake {
  /** Counts this run's takes. */
  take!: number;
  /** Null where there never was a sound. */
  file_path!: string | null;
}

/** The first real sample has come. */
export class RecordingStarted extends OfTake {
  mode!: TakeMode;
  /** As the request or the settings name it; null: the default. */
  device!: string | null;
  started_at!: string;
  times!: StageTimes;
}

export class RecordingStopped extends OfTake {
  recording_id!: number | null;
  stop_reason!: StopReason;
  duration_ms!: number;
  /** How often sound was lost because nobody took it. */
  overflows!: number;
  times!: StageTimes;
}

export class RecordingCancelled extends OfTake {
  reason!: CancelReason;
  /** The row and its file stay. */
  kept!: boolean;
}

export class RecordingFailed extends OfTake {
  code!: ErrorCode;
  message!: string;
}

export class RecordingQualityWarning {
  warning!: QualityWarning;
}

/** At most 20 a second. */
export class AudioLevel {
  /** 0 to 100. */
  level!: number;
}

export class AudioDeviceFailed {
  type!: DeviceProblem;
  message!: string;
}

export class HotkeyFailed {
  combination!: string | null;
  code!: ErrorCode;
  message!: string;
}

export class TranscriptionStarted {
  /** Null while the row is not written yet. */
  recording_id!: number | null;
  file_path!: string;
  /** It is of an earlier run: nobody waits for its text, and no voice command in it is carried out. */
  recovered!: boolean;
}

/** What was heard so far, where the model tells. */
export class TranscriptionPartial extends TranscriptionStarted {
  text!: string;
}

export class TranscriptionCompleted extends TranscriptionStarted {
  /** After the dictionary. */
  text!: string;
  /** As it was heard. */
  raw_text!: string;
  /** Press Enter behind it. */
  auto_enter!: boolean;
  /** Null where `text` is to be typed. */
  command!: 'matched' | 'ambiguous' | null;
  model!: string;
  language!: string | null;
  audio_ms!: number;
  times!: StageTimes;
}

export class TranscriptionFailed extends TranscriptionStarted {
  code!: ErrorCode;
  message!: string;
}

class OfVoiceCommand {
  voice_command_id!: number;
  phrase!: string;
}

/** What a voice command does, its parameters filled in. */
export class VoiceAction {
  type!: ActionType;
  payload!: Record<string, unknown>;
}

export class CommandMatched extends OfVoiceCommand {
  transcription!: string;
  /** 0.8 to 1. */
  confidence!: number;
  parameters!: Record<string, string>;
  action!: VoiceAction;
}

export class CommandExecuted extends OfVoiceCommand {}

export class CommandFailed extends OfVoiceCommand {
  code!: ActionErrorCode;
  message!: string;
}

export class CommandCandidate {
  id!: number;
  phrase!: string;
  /** 0.8 to 1. */
  confidence!: number;
}

export class CommandAmbiguous {
  transcription!: string;
  /** The best first; `resolve_ambiguous_command` says which was meant. */
  candidates!: CommandCandidate[];
}
