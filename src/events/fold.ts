import { HeycatError } from '../errors.ts';
import { fieldNames } from '../fields/schema.ts';
import { AREAS, type Area } from './areas.ts';
import type { DomainEvent } from './domain-event.ts';
import { ROWS, type RowChange } from './rows.ts';
import { upcast } from './upcast.ts';

/** What a row has from the envelope of its events; all else is in their payloads. */
const OF_ENVELOPE = ['created_at', 'updated_at', 'seq'];

const COLUMNS = new Map(
  AREAS.map((area) => {
    const names = fieldNames(ROWS[area]);
    const ofPayload = names.filter((name) => !OF_ENVELOPE.includes(name));
    return [area, [...ofPayload, ...OF_ENVELOPE.filter((name) => names.includes(name))]];
  }),
);

/** Names of the columns that the rows of an area have. */
export function columnsOf(area: Area): readonly string[] {
  return COLUMNS.get(area)!;
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
  if (type === 'recording_deleted' || type === 'setting_deleted') return true;
  return 'action' in payload && payload.action === 'deleted';
}

function rowAfter(event: DomainEvent, before: RowChange['after']): object {
  const { area, payload, occurred_at, seq } = event;
  const created_at = before && 'created_at' in before ? before.created_at : occurred_at;
  const said: Record<string, unknown> = { ...payload, created_at, updated_at: occurred_at, seq };
  const row: Record<string, unknown> = {};
  for (const column of columnsOf(area)) {
    if (said[column] === undefined) throw lacking(event, column);
    row[column] = said[column];
  }
  return row;
}

function lacking({ seq, type }: DomainEvent, field: string): HeycatError {
  return new HeycatError('INTERNAL', `The payload of event ${seq} lacks ${field}.`, { seq, type, field });
}
