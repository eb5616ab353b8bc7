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
