import { Module } from '@nestjs/common';
import { EventBus } from '@nestjs/cqrs';
import { ChangeFeed } from '../../../events/change-feed.ts';
import { EventLog } from '../../../events/event-log.ts';
import { BackupModule } from '../../backup/backup.module.ts';
import { Engine } from '../engine.ts';
import { EngineConnection } from './engine-connection.ts';
import { ProbeAfterSleep } from './probe-after-sleep.ts';
import { EngineEventLog } from './event-log.ts';

/** The one way to the engine: what changes there, and what is in its event log. */
@Module({
  imports: [BackupModule],
  providers: [
    {
      provide: EngineConnection,
      useFactory: (engine: Engine, events: EventBus) => new EngineConnection(engine, events),
      inject: [Engine, EventBus],
    },
    { provide: ChangeFeed, useExisting: EngineConnection },
    {
      provide: EventLog,
      useFactory: (connection: EngineConnection) => new EngineEventLog(connection),
      inject: [EngineConnection],
    },
    ProbeAfterSleep,
  ],
  exports: [EngineConnection, ChangeFeed, EventLog, BackupModule],
})
export class ConnectionModule {}
