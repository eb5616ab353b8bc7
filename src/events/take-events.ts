import { ERROR_CODES, type ErrorCode } from '../errors.ts';
import { IsObject } from '../fields/collections.ts';
import {
  IsFlag,
  IsId,
  IsInteger,
  IsNumber,
  IsOneOf,
  IsText,
  IsTime,
  MayBeAbsent,
  MayBeNull,
} from '../fields/fields.ts';

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

/** What became of a text that is a voice command. */
export const VOICE_MATCHES = ['matched', 'ambiguous'] as const;
export type VoiceMatch = (typeof VOICE_MATCHES)[number];

/** Where a take's time went, in ms; a stage that it did not pass is absent. */
export class StageTimes {
  /** From the press to the first real sample. */
  @MayBeAbsent()
  @IsNumber()
  first_sample_ms?: number;

  /** From the end of the sound to a file that is complete on disk. */
  @MayBeAbsent()
  @IsNumber()
  file_ms?: number;

  /** Until the recogniser had time for it. */
  @MayBeAbsent()
  @IsNumber()
  wait_ms?: number;

  /** In the model itself. */
  @MayBeAbsent()
  @IsNumber()
  decode_ms?: number;

  /** Dictionary and voice commands. */
  @MayBeAbsent()
  @IsNumber()
  rules_ms?: number;

  /** Until the text was published, from the end of the sound. */
  @MayBeAbsent()
  @IsNumber()
  told_ms?: number;

  /** Until the row has its text, from the end of the sound. */
  @MayBeAbsent()
  @IsNumber()
  stored_ms?: number;
}

class OfTake {
  /** Counts this run's takes. */
  @IsInteger(1)
  take!: number;

  /** Null where there never was a sound. */
  @MayBeNull()
  @IsText()
  file_path!: string | null;
}

/** The first real sample has come. */
export class RecordingStarted extends OfTake {
  @IsOneOf(TAKE_MODES)
  mode!: TakeMode;

  /** As the request or the settings name it; null: the default. */
  @MayBeNull()
  @IsText()
  device!: string | null;

  @IsTime()
  started_at!: string;

  @IsObject(StageTimes)
  times!: StageTimes;
}

export class RecordingStopped extends OfTake {
  @MayBeNull()
  @IsId()
  recording_id!: number | null;

  @IsOneOf(STOP_REASONS)
  stop_reason!: StopReason;

  @IsInteger(0)
  duration_ms!: number;

  /** How often sound was lost because nobody took it. */
  @IsInteger(0)
  overflows!: number;

  @IsObject(StageTimes)
  times!: StageTimes;
}

export class RecordingCancelled extends OfTake {
  @IsOneOf(CANCEL_REASONS)
  reason!: CancelReason;

  /** The row and its file stay. */
  @IsFlag()
  kept!: boolean;
}

export class RecordingFailed extends OfTake {
  @IsOneOf(ERROR_CODES)
  code!: ErrorCode;

  @IsText()
  message!: string;
}

export class RecordingQualityWarning {
  @IsOneOf(QUALITY_WARNINGS)
  warning!: QualityWarning;
}

/** At most 20 a second. */
export class AudioLevel {
  /** 0 to 100. */
  @IsInteger(0, 100)
  level!: number;
}

export class AudioDeviceFailed {
  @IsOneOf(DEVICE_PROBLEMS)
  type!: DeviceProblem;

  @IsText()
  message!: string;
}

export class HotkeyFailed {
  @MayBeNull()
  @IsText()
  combination!: string | null;

  @IsOneOf(ERROR_CODES)
  code!: ErrorCode;

  @IsText()
  message!: string;
}

export class TranscriptionStarted {
  /** Null while the row is not written yet. */
  @MayBeNull()
  @IsId()
  recording_id!: number | null;

  @IsText()
  file_path!: string;

  /** It is of an earlier run: nobody waits for its text, and no voice command in it is carried out. */
  @IsFlag()
  recovered!: boolean;
}

/** The transcript so far, where the model gives one. */
export class TranscriptionPartial extends TranscriptionStarted {
  @IsText()
  text!: string;
}

export class TranscriptionCompleted extends TranscriptionStarted {
  /** After the dictionary. */
  @IsText()
  text!: string;

  /** As the recogniser gave it. */
  @IsText()
  raw_text!: string;

  /** Press Enter behind it. */
  @IsFlag()
  auto_enter!: boolean;

  /** Null where `text` is to be typed. */
  @MayBeNull()
  @IsOneOf(VOICE_MATCHES)
  command!: VoiceMatch | null;

  @IsText()
  model!: string;

  @MayBeNull()
  @IsText()
  language!: string | null;

  @IsNumber()
  audio_ms!: number;

  @IsObject(StageTimes)
  times!: StageTimes;
}

export class TranscriptionFailed extends TranscriptionStarted {
  @IsOneOf(ERROR_CODES)
  code!: ErrorCode;

  @IsText()
  message!: string;
}
