import { Module } from '@nestjs/common';
import { DeliveryModule } from '../journal/delivery.module.ts';
import { JournalledLedger } from '../journal/journalled-ledger.ts';
import { BackupModule } from './backup.module.ts';
import { Backups } from './backups.ts';
import { BackupsFolder } from './backups-folder.ts';
import { DailyBackup } from './daily-backup.ts';

/** A backup a day, and an early one where the journal keeps too much for want of one. */
@Module({
  imports: [BackupModule, DeliveryModule],
  providers: [
    {
      provide: DailyBackup,
      useFactory: (backups: Backups, folder: BackupsFolder, ledger: JournalledLedger) =>
        new DailyBackup({ backups, folder, isUrgent: () => ledger.needsBackup }),
      inject: [Backups, BackupsFolder, JournalledLedger],
    },
  ],
  exports: [DailyBackup],
})
export class DailyBackupModule {}
