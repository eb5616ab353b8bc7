import type { BackupMade } from '../../commands/backups/backup-maker.ts';
import type { Link } from '../database/connection/link.ts';

/** Holds all events of a history up to one. */
export type NewestBackup = Pick<BackupMade, 'epoch' | 'events'>;

/** How far the history of the engine is in a backup. */
export class BackedUp {
  constructor(
    private readonly link: Pick<Link, 'epoch' | 'isDurable'>,
    /** Absent where no backups are made. */
    private readonly newest: (() => NewestBackup | undefined) | undefined,
  ) {}

  /** The last seq that one holds. What a durable engine has is followed by no journal: there it counts as all. */
  get seq(): number {
    if (this.newest === undefined || this.link.isDurable) return Infinity;
    const newest = this.newest();
    return newest !== undefined && newest.epoch === this.link.epoch ? newest.events : 0;
  }

  /** True after a restore, until one was made: what the journal holds follows none of the earlier ones. */
  get isOfAnother(): boolean {
    const { epoch, isDurable } = this.link;
    const newest = this.newest?.();
    return newest !== undefined && epoch !== undefined && newest.epoch !== epoch && !isDurable;
  }
}
