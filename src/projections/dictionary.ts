import { rowProjection } from './row-projection.ts';

export const dictionary = rowProjection({
  area: 'dictionary',
  version: 1,
  view: (rows) => ({ entries: rows.all.slice(), total_count: rows.size }),
});
