import * as fc from 'fast-check';
import type { RowChange } from '../../../../src/events/rows.ts';
import type { KeyedRow } from '../../../../src/infra/database/connection/remote-module.ts';
import { RowMirror } from '../../../../src/infra/database/connection/memory.ts';

interface Given {
  id: number;
  seq: number;
  text: string;
}
const row = ({ id, seq, text }: Given): KeyedRow => ({ id, seq, text });
const rows = fc.uniqueArray(
  fc.record({ id: fc.nat({ max: 20 }), seq: fc.nat({ max: 3 }), text: fc.constantFrom('a', 'b') }),
  { selector: ({ id }) => id },
);

/** What a reader holds who started empty and applied every change. */
function applied(changes: RowChange[], held = new Map<unknown, unknown>()): Map<unknown, unknown> {
  for (const { before, after } of changes as { before?: KeyedRow; after?: KeyedRow }[]) {
    if (after !== undefined) held.set(after['id'], after);
    else held.delete(before!['id']);
  }
  return held;
}

describe('the mirror of told rows', () => {
  it('LNK6 a second baseline gives only the differences, and they lead to exactly its rows', () => {
    fc.assert(
      fc.property(rows, rows, (first, second) => {
        const mirror = new RowMirror();
        const held = applied(mirror.diff('dictionary', first.map(row)));
        const changes = mirror.diff('dictionary', second.map(row));
        applied(changes, held);
        expect([...held.values()]).toEqual(expect.arrayContaining(second.map(row)));
        expect(held.size).toBe(second.length);
        const same = second.filter((b) => first.some((a) => JSON.stringify(a) === JSON.stringify(b)));
        const gone = first.filter((a) => !second.some((b) => b.id === a.id));
        expect(changes).toHaveLength(second.length - same.length + gone.length);
      }),
    );
  });

  it('LNK6 the same baseline again is no change', () => {
    const mirror = new RowMirror();
    const baseline = [{ id: 1, seq: 1, text: 'a' }];
    mirror.diff('dictionary', baseline.map(row));
    expect(mirror.diff('dictionary', baseline.map(row))).toEqual([]);
  });

  it('LNK6 a live change is told with the row that was there before', () => {
    const mirror = new RowMirror();
    const [first, second] = [row({ id: 1, seq: 1, text: 'a' }), row({ id: 1, seq: 2, text: 'b' })];
    expect(mirror.change('dictionary', first, false)).toEqual({ area: 'dictionary', after: first });
    expect(mirror.change('dictionary', second, false)).toEqual({
      area: 'dictionary',
      before: first,
      after: second,
    });
    expect(mirror.change('dictionary', second, true)).toEqual({ area: 'dictionary', before: second });
    expect(mirror.change('dictionary', second, true)).toBeUndefined();
  });
});
