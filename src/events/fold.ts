import { HeycatError } from '../errors.ts';
import { fieldNames } from '../fields/schema.ts';
import { AREAS, type Area } from './areas.ts';
import type { DomainEvent } from './domain-event.ts';
import { ROWS, type RowChange } from './rows.ts';
import { upcast } from './upcast.ts';

const TIMES = ['created_at', 'updated_at'] as const;

interface Shape {
  /** What a payload carries: every column but seq and times. */
  columns: readonly string[];
  /** The times that the row has, which come from the envelope. */
  times: readonly string[];
}

function shapeOf(area: Area): Shape {
  const names = fieldNames(ROWS[area]);
  const times = TIMES.filter((time) => names.includes(time));
  return { columns: names.filter((name) => ![...times, 'seq'].includes(name)), times };
}

const SHAPES = new Map(AREAS.map((area) => [area, shapeOf(area)]));

/** Names of the columns that the rows of an area have. */
export function columnsOf(area: Area): string[] {
  const { columns, times } = SHAPES.get(area)!;
  return [...columns, ...times, 'seq'];
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
  const { columns, times } = SHAPES.get(area)!;
  for (const column of columns) {
    if (payload[column] === undefined) throw lacking(event, column);
    row[column] = payload[column];
  }
  if (times.includes('created_at'))
    row['created_at'] = before && 'created_at' in before ? before.created_at : occurred_at;
  if (times.includes('updated_at')) row['updated_at'] = occurred_at;
  return { ...row, seq };
}

function lacking({ seq, type }: DomainEvent, field: string): HeycatError {
  return new HeycatError('INTERNAL', `The payload of event ${seq} lacks ${field}.`, { seq, type, field });
}
