import { HeycatError } from '../errors.ts';
import type { Area } from './areas.ts';
import type { DomainEvent } from './domain-event.ts';
import type { AreaRows, RowChange } from './rows.ts';
import { upcast } from './upcast.ts';

type Column<A extends Area> = Exclude<keyof AreaRows[A], 'seq' | 'created_at' | 'updated_at'>;
type Time = 'created_at' | 'updated_at';

interface Shape<A extends Area> {
  /** What a payload carries: every column but seq and times. */
  columns: Record<Column<A>, true>;
  /** The times that the row has, which come from the envelope. */
  times: Record<Extract<keyof AreaRows[A], Time>, true>;
}

const BOTH_TIMES = { created_at: true, updated_at: true } as const;

// Records instead of arrays, so that the compiler refuses a missing column as well as an unknown one.
const SHAPES: { readonly [A in Area]: Shape<A> } = {
  recordings: {
    columns: {
      id: true,
      file_path: true,
      duration_ms: true,
      sample_rate: true,
      transcription: true,
      transcription_model: true,
      status: true,
      error: true,
      stop_reason: true,
      active_window_app: true,
      active_window_title: true,
      recovered: true,
    },
    times: { created_at: true },
  },
  settings: { columns: { key: true, value: true }, times: { updated_at: true } },
  dictionary: {
    columns: {
      id: true,
      trigger: true,
      replacement: true,
      enabled: true,
      suffix: true,
      disable_suffix: true,
      auto_enter: true,
      complete_match_only: true,
    },
    times: BOTH_TIMES,
  },
  voice_commands: {
    columns: { id: true, phrase: true, action_type: true, action_payload: true, enabled: true },
    times: BOTH_TIMES,
  },
  window_contexts: {
    columns: {
      id: true,
      name: true,
      app_name: true,
      title_pattern: true,
      enabled: true,
      priority: true,
      dictionary_mode: true,
      command_mode: true,
      dictionary_entry_ids: true,
      voice_command_ids: true,
    },
    times: BOTH_TIMES,
  },
};

/** Names of the columns that the rows of an area have. */
export function columnsOf(area: Area): string[] {
  const { columns, times } = SHAPES[area];
  return [...Object.keys(columns), ...Object.keys(times), 'seq'];
}

/**
 * What an event did to its row: the same fold as the module's `apply(event)`, so that state can be rebuilt from the
 * log here and compared with the module's.
 * @param before the row as the events before it left it.
 * @throws HeycatError UNSUPPORTED_SCHEMA for an event of an unknown schema_version, INTERNAL with details {seq, type,
 * field} for a payload that lacks a column.
 */
export function changeOf(event: DomainEvent, before: RowChange['after']): RowChange {
  const current = upcast(event);
  const change: { area: Area; before?: object; after?: object } = { area: current.area };
  if (before !== undefined) change.before = before;
  if (!removes(current)) change.after = rowAfter(current, before);
  return change as RowChange;
}

function removes({ type, payload }: DomainEvent): boolean {
  return type === 'recording_deleted' || type === 'setting_deleted' || payload['action'] === 'deleted';
}

function rowAfter(event: DomainEvent, before: RowChange['after']): object {
  const { area, payload, occurred_at, seq } = event;
  const row: Record<string, unknown> = {};
  for (const column of Object.keys(SHAPES[area].columns)) {
    if (payload[column] === undefined) throw lacking(event, column);
    row[column] = payload[column];
  }
  const times: Partial<Record<Time, true>> = SHAPES[area].times;
  if (times.created_at)
    row['created_at'] = before && 'created_at' in before ? before.created_at : occurred_at;
  if (times.updated_at) row['updated_at'] = occurred_at;
  return { ...row, seq };
}

function lacking({ seq, type }: DomainEvent, field: string): HeycatError {
  return new HeycatError('INTERNAL', `The payload of event ${seq} lacks ${field}.`, { seq, type, field });
}
