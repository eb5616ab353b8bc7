import type { BackupMade } from '../../commands/backups/create-backup.ts';
import type { EngineConnection } from '../database/connection/engine-connection.ts';

/** A backup, which contains all events of a history up to a seq. */
export type NewestBackup = Pick<BackupMade, 'epoch' | 'events'>;

/** How much of the engine's history is in a backup. */
export class BackedUp {
  constructor(
    private readonly connection: Pick<EngineConnection, 'epoch' | 'isDurable'>,
    /** Absent if no backups are made. */
    private readonly newest: (() => NewestBackup | undefined) | undefined,
  ) {}

  /** The last seq that a backup contains; infinite for a durable engine, whose journal keeps nothing for a backup. */
  get seq(): number {
    if (this.newest === undefined || this.connection.isDurable) return Infinity;
    const newest = this.newest();
    return newest !== undefined && newest.epoch === this.connection.epoch ? newest.events : 0;
  }

  /** True if the newest backup is of another history, as after a restore: the journal does not continue it. */
  get isOfAnother(): boolean {
    const { epoch, isDurable } = this.connection;
    const newest = this.newest?.();
    return newest !== undefined && epoch !== undefined && newest.epoch !== epoch && !isDurable;
  }
}
