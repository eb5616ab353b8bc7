import * as fc from 'fast-check';
import { OrderedRows } from '../../../src/projections/row-projection.ts';

describe('rows in order', () => {
  it('PJ11 rows stay in order of their key and unique, whatever comes and goes', () => {
    const step = fc.record({ key: fc.integer({ min: 0, max: 30 }), value: fc.nat(), removes: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const rows = new OrderedRows((row: { key: number; value: number }) => row.key);
        const expected = new Map<number, number>();
        for (const { key, value, removes } of steps) {
          if (removes) {
            rows.remove(key);
            expected.delete(key);
          } else {
            rows.put({ key, value });
            expected.set(key, value);
          }
          expect(rows.get(key)?.value).toBe(expected.get(key));
        }
        const sorted = [...expected].sort(([a], [b]) => a - b).map(([key, value]) => ({ key, value }));
        expect(rows.all).toEqual(sorted);
        expect(rows.size).toBe(expected.size);
      }),
    );
  });
});
