import * as fc from 'fast-check';
import { AREAS, type Area } from '../../../src/events/areas.ts';
import type { ChangeBatch } from '../../../src/events/change-feed.ts';
import type { DomainEvent, DomainEventType } from '../../../src/events/domain-event.ts';
import type {
  AreaRows,
  DictionaryEntryRow,
  RecordingRow,
  RowChange,
  SettingRow,
} from '../../../src/events/rows.ts';

export const EPOCH = 'e1';
export const ACTOR = 'ab'.repeat(32);

export function aRecording(fields: Partial<RecordingRow> & { id: number }): RecordingRow {
  return {
    file_path: `/data/recordings/take-${fields.id}.wav`,
    duration_ms: 60_000,
    sample_rate: 16_000,
    created_at: '2026-05-01T08:00:00.000Z',
    transcription: null,
    transcription_model: null,
    status: 'recorded',
    error: null,
    stop_reason: null,
    active_window_app: null,
    active_window_title: null,
    recovered: false,
    seq: fields.id,
    ...fields,
  };
}

export function anEntry(fields: Partial<DictionaryEntryRow> & { id: number }): DictionaryEntryRow {
  return {
    trigger: `brb${fields.id}`,
    replacement: 'be right back',
    enabled: true,
    suffix: null,
    disable_suffix: false,
    auto_enter: false,
    complete_match_only: false,
    created_at: '2026-05-01T08:00:00.000Z',
    updated_at: '2026-05-01T08:00:00.000Z',
    seq: fields.id,
    ...fields,
  };
}

export function aSetting(key: string, value: unknown, seq = 1): SettingRow {
  return { key, value, updated_at: '2026-05-01T08:00:00.000Z', seq };
}

export function baseline(seq: number, changes: readonly RowChange[], epoch = EPOCH): ChangeBatch {
  return { kind: 'baseline', epoch, seq, changes, events: [] };
}

export function transaction(
  seq: number,
  changes: readonly RowChange[],
  events: readonly DomainEvent[] = [],
): ChangeBatch {
  return { kind: 'transaction', epoch: EPOCH, seq, changes, events };
}

type EventFields = Partial<Omit<DomainEvent, 'payload'>> & { payload?: object };

export function anEvent(seq: number, fields: EventFields = {}): DomainEvent {
  return {
    seq,
    type: 'recording_added',
    schema_version: 1,
    area: 'recordings',
    entity_id: '1',
    occurred_at: '2026-05-01T08:00:00.000Z',
    command_id: '00000000-0000-4000-8000-000000000001',
    actor: ACTOR,
    payload: {},
    ...fields,
  } as DomainEvent;
}

type AnyRow = AreaRows[Area];

/** One thing that a user does to one entity. */
interface Deed {
  area: Area;
  entity: number;
  removes: boolean;
  minute: number;
  text: string | null;
  duration_ms: number;
  json: unknown;
}

const deed: fc.Arbitrary<Deed> = fc.record({
  area: fc.constantFrom(...AREAS),
  entity: fc.integer({ min: 1, max: 6 }),
  removes: fc.boolean(),
  minute: fc.integer({ min: 0, max: 4 * 24 * 60 }),
  text: fc.option(fc.string({ unit: 'grapheme' })),
  duration_ms: fc.nat(600_000),
  json: fc.jsonValue(),
});

/** What a user may have done, a list of transactions. */
export const deeds: fc.Arbitrary<Deed[][]> = fc.array(fc.array(deed, { minLength: 1, maxLength: 5 }), {
  maxLength: 25,
});

export interface History {
  batches: ChangeBatch[];
  events: DomainEvent[];
  /** All rows after each transaction; the first element is before any. */
  states: RowChange[][];
}

const KEYS = ['theme', '__proto__', 'constructor', 'hotkey', 'a.b', ''];

const COLUMNS: Record<Area, (d: Deed) => Record<string, unknown>> = {
  recordings: ({ entity, text, duration_ms }) => {
    const {
      created_at: _created,
      seq: _seq,
      ...columns
    } = aRecording({ id: entity, transcription: text, duration_ms });
    return columns;
  },
  settings: ({ entity, json }) => ({ key: KEYS[entity - 1], value: json }),
  dictionary: ({ entity, text }) => {
    const entry = anEntry({ id: entity, replacement: text ?? 'nothing' });
    const { created_at: _created, updated_at: _updated, seq: _seq, ...columns } = entry;
    return columns;
  },
  voice_commands: ({ entity, text, json }) => ({
    id: entity,
    phrase: `open ${text}`,
    action_type: 'custom',
    action_payload: json,
    enabled: true,
  }),
  window_contexts: ({ entity, duration_ms }) => ({
    id: entity,
    name: `context ${entity}`,
    app_name: 'Editor',
    title_pattern: null,
    enabled: true,
    priority: duration_ms,
    dictionary_mode: 'merge',
    command_mode: 'replace',
    dictionary_entry_ids: [1, 2],
    voice_command_ids: [],
  }),
};

const TYPES: Record<Area, (removes: boolean) => DomainEventType> = {
  recordings: (removes) => (removes ? 'recording_deleted' : 'recording_updated'),
  settings: (removes) => (removes ? 'setting_deleted' : 'setting_updated'),
  dictionary: () => 'dictionary_updated',
  voice_commands: () => 'voice_commands_updated',
  window_contexts: () => 'window_contexts_updated',
};

/** The module's side of it, told a second time in the simplest way: a table of rows per area, and a log. */
export function happen(transactions: readonly (readonly Deed[])[]): History {
  const rows = new Map<string, { area: Area; row: AnyRow }>();
  const history: History = { batches: [], events: [], states: [[]] };
  let seq = 0;
  for (const deedsOfOne of transactions) {
    const touched = new Map<string, { area: Area; before: AnyRow | undefined }>();
    const events: DomainEvent[] = [];
    for (const one of deedsOfOne) {
      const at = `${one.area} ${one.entity}`;
      const held = rows.get(at)?.row;
      if (one.removes && held === undefined) continue;
      seq++;
      if (!touched.has(at)) touched.set(at, { area: one.area, before: held });
      const occurred_at = new Date(Date.UTC(2026, 4, 1) + one.minute * 60_000).toISOString();
      events.push(eventOf(one, seq, occurred_at));
      if (one.removes) rows.delete(at);
      else rows.set(at, { area: one.area, row: rowOf(one, seq, occurred_at, held) });
    }
    const changes = [...touched].map(([at, { area, before }]) => changed(area, before, rows.get(at)?.row));
    history.events.push(...events);
    history.batches.push(transaction(seq, changes, events));
    history.states.push([...rows.values()].map(({ area, row }) => changed(area, undefined, row)));
  }
  return history;
}

function eventOf(one: Deed, seq: number, occurred_at: string): DomainEvent {
  const columns = COLUMNS[one.area](one);
  const identity = one.area === 'settings' ? { key: columns['key'] } : { id: columns['id'] };
  const action = one.removes ? 'deleted' : 'updated';
  return anEvent(seq, {
    type: TYPES[one.area](one.removes),
    area: one.area,
    entity_id: String(columns['key'] ?? columns['id']),
    occurred_at,
    payload: {
      ...(TYPES[one.area](true) === TYPES[one.area](false) ? { action } : {}),
      ...(one.removes ? identity : columns),
    },
  });
}

function rowOf(one: Deed, seq: number, at: string, held: AnyRow | undefined): AnyRow {
  const created_at = held && 'created_at' in held ? held.created_at : at;
  const times = {
    recordings: { created_at },
    settings: { updated_at: at },
    dictionary: { created_at, updated_at: at },
    voice_commands: { created_at, updated_at: at },
    window_contexts: { created_at, updated_at: at },
  }[one.area];
  return { ...COLUMNS[one.area](one), ...times, seq } as AnyRow;
}

function changed(area: Area, before: AnyRow | undefined, after: AnyRow | undefined): RowChange {
  return { area, ...(before && { before }), ...(after && { after }) } as RowChange;
}
