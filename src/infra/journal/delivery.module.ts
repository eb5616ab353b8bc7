import { Module, type OnApplicationShutdown } from '@nestjs/common';
import { EventBus } from '@nestjs/cqrs';
import { CommandLedger } from '../../commands/command-ledger.ts';
import { CommandHistory } from '../../queries/system/command-history.ts';
import { Backups } from '../backup/backups.ts';
import { ConnectionModule } from '../database/connection/connection.module.ts';
import { EngineConnection } from '../database/connection/engine-connection.ts';
import { DiskRoom } from '../process/files/disk-room.ts';
import { CommandJournal } from './command-journal.ts';
import { JournalledLedger } from './journalled-ledger.ts';

/** Delivers commands from the journal to the engine, exactly once and in order. */
@Module({
  imports: [ConnectionModule],
  providers: [
    {
      provide: JournalledLedger,
      useFactory: (
        connection: EngineConnection,
        journal: CommandJournal,
        room: DiskRoom,
        backups: Backups,
        events: EventBus,
      ) => new JournalledLedger({ connection, journal, room, newestBackup: () => backups.newest, events }),
      inject: [EngineConnection, CommandJournal, DiskRoom, Backups, EventBus],
    },
    { provide: CommandLedger, useExisting: JournalledLedger },
    { provide: CommandHistory, useExisting: JournalledLedger },
  ],
  exports: [JournalledLedger, CommandLedger, CommandHistory, ConnectionModule],
})
export class DeliveryModule implements OnApplicationShutdown {
  constructor(private readonly ledger: JournalledLedger) {}

  onApplicationShutdown(): Promise<void> {
    return this.ledger.close();
  }
}
