import type { Area } from '../events/areas.ts';
import type { AreaRows } from '../events/rows.ts';

export type RowKey = number | string;

/** Settings are known by their key, everything else by its id. */
export type KeyOf<A extends Area> = A extends 'settings' ? string : number;

export function rowKey<A extends Area>(row: AreaRows[A]): KeyOf<A> {
  return ('id' in row ? row.id : row.key) as KeyOf<A>;
}
