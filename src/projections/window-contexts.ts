import { rowProjection } from './row-projection.ts';

export const windowContexts = rowProjection({
  area: 'window_contexts',
  version: 1,
  view: (rows) => ({ contexts: rows.all.slice(), total_count: rows.size }),
});
