import type { RowChange } from '../events/rows.ts';
import { rowKey, type RowKey } from './row-key.ts';

/** The key of the row that a change is about. */
export function changedKey(change: RowChange): RowKey | undefined {
  const row = change.after ?? change.before;
  return row === undefined ? undefined : rowKey(row);
}

/**
 * The same changes with removals from the newest row down, then the rest from the oldest up. Changes of one
 * transaction come in no order; in this one a baseline of any size only appends to and shortens the read models.
 */
export function inApplyOrder(changes: readonly RowChange[]): readonly RowChange[] {
  if (changes.length < 2) return changes;
  const removed = changes.filter((change) => change.after === undefined).sort(byKey);
  const kept = changes.filter((change) => change.after !== undefined).sort(byKey);
  return [...removed.toReversed(), ...kept];
}

function byKey(a: RowChange, b: RowChange): number {
  if (a.area !== b.area) return a.area < b.area ? -1 : 1;
  const [left, right] = [changedKey(a), changedKey(b)];
  if (left === undefined || right === undefined || left === right) return 0;
  return left < right ? -1 : 1;
}
