import { IsObject } from '../fields/collections.ts';
import {
  IsContents,
  IsHex32,
  IsId,
  IsInteger,
  IsName,
  IsOneOf,
  IsText,
  IsTime,
  IsUuid,
  type FieldsClass,
} from '../fields/fields.ts';
import { LIMITS } from '../fields/limits.ts';
import { AREAS, type Area } from './areas.ts';
import { DictionaryEntry, Recording, Setting, VoiceCommand, WindowContext } from './rows.ts';

const CHANGES = ['added', 'updated'] as const;
type Change = (typeof CHANGES)[number];
const DELETED = ['deleted'] as const;

export class RecordingDeleted {
  @IsId()
  id!: number;

  @IsContents(LIMITS.file_path_bytes)
  file_path!: string;
}

export class SettingDeleted {
  @IsName(LIMITS.setting_key_chars)
  key!: string;
}

export class DictionaryEntryChanged extends DictionaryEntry {
  @IsOneOf(CHANGES)
  action!: Change;
}

export class DictionaryEntryDeleted {
  @IsOneOf(DELETED)
  action!: 'deleted';

  @IsId()
  id!: number;

  @IsName(LIMITS.trigger_chars)
  trigger!: string;
}

export class VoiceCommandChanged extends VoiceCommand {
  @IsOneOf(CHANGES)
  action!: Change;
}

export class VoiceCommandDeleted {
  @IsOneOf(DELETED)
  action!: 'deleted';

  @IsId()
  id!: number;

  @IsName(LIMITS.trigger_chars)
  phrase!: string;
}

export class WindowContextChanged extends WindowContext {
  @IsOneOf(CHANGES)
  action!: Change;
}

export class WindowContextDeleted {
  @IsOneOf(DELETED)
  action!: 'deleted';

  @IsId()
  id!: number;

  @IsName(LIMITS.name_chars)
  name!: string;
}

/** What is appended to the event log, by type: the entity's area, and what the payload may be. */
export const DOMAIN_EVENTS = {
  recording_added: { area: 'recordings', payloads: [Recording] },
  /** An update by which the recording became completed and has a transcription. */
  recording_completed: { area: 'recordings', payloads: [Recording] },
  recording_updated: { area: 'recordings', payloads: [Recording] },
  recording_deleted: { area: 'recordings', payloads: [RecordingDeleted] },
  setting_updated: { area: 'settings', payloads: [Setting] },
  setting_deleted: { area: 'settings', payloads: [SettingDeleted] },
  dictionary_updated: { area: 'dictionary', payloads: [DictionaryEntryChanged, DictionaryEntryDeleted] },
  voice_commands_updated: { area: 'voice_commands', payloads: [VoiceCommandChanged, VoiceCommandDeleted] },
  window_contexts_updated: {
    area: 'window_contexts',
    payloads: [WindowContextChanged, WindowContextDeleted],
  },
} as const satisfies Record<string, { area: Area; payloads: readonly [FieldsClass, ...FieldsClass[]] }>;

export type DomainEventType = keyof typeof DOMAIN_EVENTS;
export const DOMAIN_EVENT_TYPES = Object.keys(DOMAIN_EVENTS) as DomainEventType[];

/** What every domain event says beside its payload. */
class Envelope {
  /** Without gaps for each owner, from 1. */
  @IsId()
  seq!: number;

  @IsOneOf(DOMAIN_EVENT_TYPES)
  type!: DomainEventType;

  @IsInteger(1)
  schema_version!: number;

  @IsOneOf(AREAS)
  area!: Area;

  /** The row's id as decimal text, or a setting's key. */
  @IsText()
  entity_id!: string;

  @IsTime()
  occurred_at!: string;

  @IsUuid()
  command_id!: string;

  /** Identity of the sender as the module saw it. */
  @IsHex32()
  actor!: string;
}

const [first, ...others] = Object.values(DOMAIN_EVENTS).flatMap(({ payloads }): FieldsClass[] => [
  ...payloads,
]);

/** Any domain event, as `event_log` has it. */
export class EventRecord extends Envelope {
  /** The entity after the event, without what the envelope says; what was its name, after a deletion. */
  @IsObject(first!, ...new Set(others))
  payload!: object;
}

type Payload<T extends DomainEventType> = InstanceType<(typeof DOMAIN_EVENTS)[T]['payloads'][number]>;

/** The same, its payload known by its type. */
export type DomainEvent = {
  [T in DomainEventType]: Envelope & {
    type: T;
    area: (typeof DOMAIN_EVENTS)[T]['area'];
    payload: Payload<T>;
  };
}[DomainEventType];
