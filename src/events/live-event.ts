import { ERROR_CODES, type ErrorCode } from '../errors.ts';
import { IsAnyListOf, IsAnyObject } from '../fields/collections.ts';
import {
  IsFlag,
  IsId,
  IsInteger,
  IsOneOf,
  IsSeq,
  IsText,
  IsUuid,
  MayBeAbsent,
  MayBeNull,
} from '../fields/fields.ts';
import { MAX_INTEGER } from '../fields/limits.ts';
import { AREAS, type Area } from './areas.ts';
import {
  AudioDeviceFailed,
  AudioLevel,
  HotkeyFailed,
  RecordingCancelled,
  RecordingFailed,
  RecordingQualityWarning,
  RecordingStarted,
  RecordingStopped,
  TranscriptionCompleted,
  TranscriptionFailed,
  TranscriptionPartial,
  TranscriptionStarted,
} from './take-events.ts';
import { CommandAmbiguous, CommandExecuted, CommandFailed, CommandMatched } from './voice-command-events.ts';

/** Published after the events of each transaction, for UIs that only read again. */
export class DataChanged {
  @IsAnyListOf(IsOneOf(AREAS))
  areas!: Area[];
}

export class ActiveWindowChanged {
  @IsText()
  app_name!: string;

  @MayBeNull()
  @IsText()
  title!: string | null;

  @MayBeNull()
  @IsInteger(0)
  pid!: number | null;

  /** The window context that holds from now on, if any. */
  @MayBeNull()
  @IsId()
  context_id!: number | null;

  @MayBeNull()
  @IsText()
  context_name!: string | null;
}

/** Events so far, and in all. */
export class BackupProgress {
  @IsInteger(0)
  done!: number;

  @IsInteger(0)
  total!: number;
}

/** The time of day was set. */
export class ClockChanged {
  /** Negative: back. */
  @IsInteger(-MAX_INTEGER)
  by_ms!: number;
}

/** The computer is awake again. */
export class SystemResumed {
  @IsInteger(0)
  slept_ms!: number;
}

/**
 * `starting` until the first session, `connected` while one is open, `reconnecting` while there is none. `degraded`
 * stands for a fault that lasts: sessions that end again and again, until one has held for a minute.
 */
export const CONNECTION_STATES = ['starting', 'connected', 'reconnecting', 'degraded'] as const;
export type ConnectionState = (typeof CONNECTION_STATES)[number];

/** State of the way to the engine. */
export class ConnectionStatus {
  /** True while a session is open, also in a lasting fault. */
  @IsFlag()
  connected!: boolean;

  @IsOneOf(CONNECTION_STATES)
  state!: ConnectionState;

  /** Why there is no session, as a sentence. */
  @MayBeAbsent()
  @IsText()
  error?: string;
}

/** The read models agree with the engine. */
export class SyncComplete {
  @IsText()
  epoch!: string;

  @IsSeq()
  seq!: number;
}

/** A command that was answered `queued` has been applied. */
export class QueuedCommandApplied {
  @IsUuid()
  command_id!: string;

  @IsSeq()
  seq!: number;

  @IsAnyObject()
  result!: Record<string, unknown>;
}

/** A command that was answered `queued` has failed for good; `retry_command` or `drop_command` ends it. */
export class QueuedCommandFailed {
  @IsUuid()
  command_id!: string;

  @IsOneOf(ERROR_CODES)
  code!: ErrorCode;

  @IsText()
  message!: string;
}

/** What is published once and never replayed, by type. */
export const LIVE_EVENTS = {
  data_changed: DataChanged,
  active_window_changed: ActiveWindowChanged,
  backup_progress: BackupProgress,
  clock_changed: ClockChanged,
  connection_status: ConnectionStatus,
  sync_complete: SyncComplete,
  system_resumed: SystemResumed,
  queued_command_applied: QueuedCommandApplied,
  queued_command_failed: QueuedCommandFailed,
  recording_started: RecordingStarted,
  recording_stopped: RecordingStopped,
  recording_cancelled: RecordingCancelled,
  recording_error: RecordingFailed,
  recording_quality_warning: RecordingQualityWarning,
  audio_level: AudioLevel,
  audio_device_error: AudioDeviceFailed,
  hotkey_error: HotkeyFailed,
  transcription_started: TranscriptionStarted,
  transcription_partial: TranscriptionPartial,
  transcription_completed: TranscriptionCompleted,
  transcription_error: TranscriptionFailed,
  command_matched: CommandMatched,
  command_executed: CommandExecuted,
  command_failed: CommandFailed,
  command_ambiguous: CommandAmbiguous,
} as const;

export type LiveEventType = keyof typeof LIVE_EVENTS;
export const LIVE_EVENT_TYPES = Object.keys(LIVE_EVENTS) as LiveEventType[];
export type LivePayload<T extends LiveEventType> = InstanceType<(typeof LIVE_EVENTS)[T]>;

/**
 * Something without a sequence number, never replayed: publish it on the event bus, which delivers it to its handlers and
 * to the subscription hub. Those that the service itself reacts to have a class of their own, so that only who waits for
 * one runs.
 */
export class LiveEvent<T extends LiveEventType = LiveEventType> {
  constructor(
    readonly type: T,
    readonly payload: LivePayload<T>,
  ) {}
}

export class ClockChangedEvent extends LiveEvent<'clock_changed'> {
  constructor(payload: ClockChanged) {
    super('clock_changed', payload);
  }
}

export class SyncCompleteEvent extends LiveEvent<'sync_complete'> {
  constructor(payload: SyncComplete) {
    super('sync_complete', payload);
  }
}

export class SystemResumedEvent extends LiveEvent<'system_resumed'> {
  constructor(payload: SystemResumed) {
    super('system_resumed', payload);
  }
}

/** What a handler of all live events handles: the bus goes by an event's own class. */
export const LIVE_EVENT_CLASSES = [LiveEvent, ClockChangedEvent, SyncCompleteEvent, SystemResumedEvent];

/** Any of them, its payload known by its type. */
export type AnyLiveEvent = { [T in LiveEventType]: LiveEvent<T> }[LiveEventType];
