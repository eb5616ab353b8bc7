import { Module } from '@nestjs/common';
import { StatusSource } from '../../queries/system/status-source.ts';
import { DailyBackup } from '../backup/daily-backup.ts';
import { DailyBackupModule } from '../backup/daily-backup.module.ts';
import { EngineConnection } from '../database/connection/engine-connection.ts';
import { Engine } from '../database/engine.ts';
import { IpcServer } from '../ipc/transport/ipc-server.ts';
import { TransportModule } from '../ipc/transport/transport.module.ts';
import { DeliveryModule } from '../journal/delivery.module.ts';
import { JournalledLedger } from '../journal/journalled-ledger.ts';
import { ClockWatch } from '../process/clock/clock-watch.ts';
import { DiskRoom } from '../process/files/disk-room.ts';
import { ProcessModule } from '../process/process.module.ts';
import { packageVersion } from '../process/version.ts';

/** What `get_status` answers of the service, asked of its parts at each call. */
@Module({
  imports: [ProcessModule, DeliveryModule, DailyBackupModule, TransportModule],
  providers: [
    {
      provide: StatusSource,
      useFactory: statusOf,
      inject: [IpcServer, Engine, EngineConnection, JournalledLedger, DailyBackup, DiskRoom, ClockWatch],
    },
  ],
  exports: [StatusSource],
})
export class StatusModule {}

function statusOf(
  server: IpcServer,
  engine: Engine,
  connection: EngineConnection,
  ledger: JournalledLedger,
  daily: DailyBackup,
  room: DiskRoom,
  clock: ClockWatch,
): StatusSource {
  return {
    process: () => ({
      pid: process.pid,
      version: packageVersion(),
      instance_id: server.instanceId,
      started_at: server.startedAt,
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
    clients: () => server.clients,
  };
}
