import type { Area } from '../events/areas.ts';
import type { AreaRows } from '../events/rows.ts';
import { OrderedRows } from './ordered-rows.ts';
import type { Projection } from './projection.ts';
import type { RowPage } from './snapshot.ts';

export type RowKey = number | string;

/** Settings are known by their key, everything else by its id. */
export type KeyOf<A extends Area> = A extends 'settings' ? string : number;

export function rowKey<A extends Area>(row: AreaRows[A]): KeyOf<A> {
  return ('id' in row ? row.id : row.key) as KeyOf<A>;
}

/** All rows of one area, in order of id or key. */
export type AreaState<A extends Area> = OrderedRows<KeyOf<A>, AreaRows[A]>;

interface Definition<A extends Area, View> {
  area: A;
  version: number;
  view: (rows: AreaState<A>) => View;
}

/** A read model that holds the rows of one area as they are; it has the area's name. */
export function rowProjection<A extends Area, View>({
  area,
  version,
  view,
}: Definition<A, View>): Projection<AreaState<A>, View> {
  return {
    name: area,
    version,
    view,
    initial: (pages) => new OrderedRows(rowKey<A>, pages as readonly RowPage<AreaRows[A]>[]),
    apply: (rows, change) => {
      if (change.area !== area) return;
      const { before, after } = change as { before?: AreaRows[A]; after?: AreaRows[A] };
      if (after !== undefined) rows.put(after);
      else if (before !== undefined) rows.remove(rowKey<A>(before));
    },
    content: (rows) => rows.all,
  };
}
