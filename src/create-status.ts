import type { DailyBackup } from './infra/backup/daily-backup.ts';
import type { ClockWatch } from './infra/process/clock/clock-watch.ts';
import type { DiskRoom } from './infra/process/files/disk-room.ts';
import type { Engine } from './infra/database/engine.ts';
import type { IpcServer } from './infra/ipc/transport/ipc-server.ts';
import type { JournalledLedger } from './infra/journal/journalled-ledger.ts';
import type { EngineConnection } from './infra/database/connection/engine-connection.ts';
import { packageVersion } from './infra/process/version.ts';
import type { StatusSource } from './queries/system/status-source.ts';

interface Reported {
  strategy: IpcServer;
  engine: Engine;
  connection: EngineConnection;
  ledger: JournalledLedger;
  room: DiskRoom;
  daily: DailyBackup;
  clock: ClockWatch;
}

/** What `get_status` tells, asked of its parts at each call. */
export function statusOf({
  strategy,
  engine,
  connection,
  ledger,
  room,
  daily,
  clock,
}: Reported): StatusSource {
  return {
    process: () => ({
      pid: process.pid,
      version: packageVersion(),
      instance_id: strategy.instanceId,
      started_at: strategy.startedAt,
    }),
    engine: () => {
      const { shortage } = room;
      return shortage === undefined
        ? engine.status
        : { ...engine.status, cause: shortage, reason: 'disk_full' };
    },
    connection: () => connection.report,
    queue: () => ledger.counts,
    backup: () => daily.report,
    clock: () => clock.report,
    clients: () => strategy.clients,
  };
}
