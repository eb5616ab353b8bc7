import { Module } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { EventBus } from '@nestjs/cqrs';
import { BackupMaker } from '../../commands/backups/create-backup.ts';
import { HeycatConfig } from '../config/heycat-config.ts';
import { EngineConnection } from '../database/connection/engine-connection.ts';
import { LOCAL_ENGINES } from '../database/current-engine.ts';
import { ChosenEngine, Engine } from '../database/engine.ts';
import { CommandJournal } from '../journal/command-journal.ts';
import { JournalModule } from '../journal/journal.module.ts';
import { DiskRoom } from '../process/files/disk-room.ts';
import { Backups } from './backups.ts';
import { BackupsFolder } from './backups-folder.ts';
import { RebuildingEngine } from './rebuilding-engine.ts';

/** The history in files, and the engine that rebuilds its damaged data from them. */
@Module({
  imports: [JournalModule],
  providers: [
    {
      provide: Engine,
      useFactory: engineOf,
      inject: [ChosenEngine, HeycatConfig, CommandJournal, EventBus, ModuleRef],
    },
    {
      provide: BackupsFolder,
      useFactory: (config: HeycatConfig) => new BackupsFolder(config.inData('backups')),
      inject: [HeycatConfig],
    },
    {
      provide: Backups,
      useFactory: (engine: Engine, folder: BackupsFolder, room: DiskRoom, events: EventBus) =>
        new Backups({ engine, folder, room, events }),
      inject: [Engine, BackupsFolder, DiskRoom, EventBus],
    },
    { provide: BackupMaker, useExisting: Backups },
  ],
  exports: [Engine, Backups, BackupsFolder, BackupMaker, JournalModule],
})
export class BackupModule {}

/** One of the host's own is left as it is. */
function engineOf(
  chosen: ChosenEngine,
  config: HeycatConfig,
  journal: CommandJournal,
  events: EventBus,
  ref: ModuleRef,
): Engine {
  const kind = LOCAL_ENGINES.find((each) => each === chosen.status.kind);
  const rebuilding = {
    engine: chosen,
    dataDir: config.dataDir,
    entries: () => (journal.isComplete ? [...journal.entries()] : undefined),
    // It is made of this engine.
    connection: () => ref.get(EngineConnection, { strict: false }),
    events,
  };
  const isOurs = kind !== undefined && typeof config.engine !== 'object';
  const engine = isOurs ? new RebuildingEngine({ ...rebuilding, kind }) : chosen;
  // It starts while the rest is put together; the connection awaits the same start, and gets the error if it fails.
  engine.start().catch(() => undefined);
  return engine;
}
