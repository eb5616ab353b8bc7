import type { BackupMade } from '../../commands/backups/create-backup.ts';
import type { EngineConnection } from '../database/connection/engine-connection.ts';

/** Holds all events of a history up to one. */
export type NewestBackup = Pick<BackupMade, 'epoch' | 'events'>;

/** How far the history of the engine is in a backup. */
export class BackedUp {
  constructor(
    private readonly connection: Pick<EngineConnection, 'epoch' | 'isDurable'>,
    /** Absent where no backups are made. */
    private readonly newest: (() => NewestBackup | undefined) | undefined,
  ) {}

  /** The last seq that one holds. What a durable engine has is followed by no journal: there it counts as all. */
  get seq(): number {
    if (this.newest === undefined || this.connection.isDurable) return Infinity;
    const newest = this.newest();
    return newest !== undefined && newest.epoch === this.connection.epoch ? newest.events : 0;
  }

  /** True after a restore, until one was made: what the journal holds follows none of the earlier ones. */
  get isOfAnother(): boolean {
    const { epoch, isDurable } = this.connection;
    const newest = this.newest?.();
    return newest !== undefined && epoch !== undefined && newest.epoch !== epoch && !isDurable;
  }
}
