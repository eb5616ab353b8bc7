import { createHash } from 'node:crypto';
import { AREAS } from '../../events/areas.ts';
import { columnsOf } from '../../events/fold.ts';
import type { ProjectionStatus } from '../../projections/read-models.ts';
import { packageVersion } from '../process/version.ts';

/** Raised whenever the files change their form. */
const FORMAT = 1;

export interface CacheOwner {
  /** Each engine has a history of its own. */
  engine: string;
  /** Of the user, 64 hex digits. */
  identity: string;
}

/** Changes with all that gives a snapshot its meaning: another key's snapshot is of no use. */
export function cacheKey(
  { engine, identity }: CacheOwner,
  projections: readonly Pick<ProjectionStatus, 'name' | 'version'>[],
): string {
  const versions = projections.map(({ name, version }) => [name, version]);
  const columns = AREAS.map((area) => [area, columnsOf(area)]);
  const meaning = [FORMAT, packageVersion(), engine, identity, versions, columns];
  return createHash('sha256').update(JSON.stringify(meaning)).digest('hex');
}
