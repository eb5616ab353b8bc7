import { createHash } from 'node:crypto';
import { AREAS } from '../../events/areas.ts';
import { columnsOf } from '../../events/fold.ts';
import type { ProjectionStatus } from '../../projections/read-models.ts';
import { packageVersion } from '../process/version.ts';

/** Raised whenever the format of the files changes. */
const FORMAT = 1;

export interface CacheOwner {
  /** Each engine has its own history. */
  engine: string;
  /** The user's identity, 64 hex digits. */
  identity: string;
}

/** A key that changes with everything that determines a snapshot's meaning: a snapshot under another key is useless. */
export function cacheKey(
  { engine, identity }: CacheOwner,
  projections: readonly Pick<ProjectionStatus, 'name' | 'version'>[],
): string {
  const versions = projections.map(({ name, version }) => [name, version]);
  const columns = AREAS.map((area) => [area, columnsOf(area)]);
  const meaning = [FORMAT, packageVersion(), engine, identity, versions, columns];
  return createHash('sha256').update(JSON.stringify(meaning)).digest('hex');
}
