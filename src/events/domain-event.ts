import type { Area } from './areas.ts';

/** Types of the durable events, as they stand in event_log. */
export const DURABLE_EVENT_TYPES = [
  'recording_added',
  'recording_completed',
  'recording_updated',
  'recording_deleted',
  'setting_updated',
  'setting_deleted',
  'dictionary_updated',
  'voice_commands_updated',
  'window_contexts_updated',
] as const;
export type DurableEventType = (typeof DURABLE_EVENT_TYPES)[number];

/** One row of event_log in wire form. */
export interface DomainEvent {
  /** Gapless per owner, from 1. */
  seq: number;
  type: DurableEventType;
  schema_version: number;
  area: Area;
  /** The row's id as decimal text, or a setting's key. */
  entity_id: string;
  occurred_at: string;
  command_id: string;
  /** Identity of the sender as the module saw it, 64 hex digits. */
  actor: string;
  /** The entity after the event, without its times; `{id}` or `{key}` and little more after a deletion. */
  payload: Record<string, unknown>;
}

/** Types of the events that are told once and never replayed. */
export const EPHEMERAL_EVENT_TYPES = [
  'data_changed',
  'active_window_changed',
  'backup_progress',
  'clock_changed',
  'connection_status',
  'sync_complete',
  'system_resumed',
  'queued_command_applied',
  'queued_command_failed',
  'recording_started',
  'recording_stopped',
  'recording_cancelled',
  'recording_error',
  'recording_quality_warning',
  'audio_level',
  'audio_device_error',
  'hotkey_error',
  'transcription_started',
  'transcription_partial',
  'transcription_completed',
  'transcription_error',
  'command_matched',
  'command_executed',
  'command_failed',
  'command_ambiguous',
] as const;
export type EphemeralEventType = (typeof EPHEMERAL_EVENT_TYPES)[number];

/** Something that UIs hear about now or never; it has no seq. */
export interface EphemeralEvent {
  type: EphemeralEventType;
  occurred_at: string;
  payload: Record<string, unknown>;
}
