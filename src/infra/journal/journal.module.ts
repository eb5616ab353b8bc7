import { Logger, Module } from '@nestjs/common';
import { journalName } from '../database/current-engine.ts';
import { EngineModule } from '../database/engine.module.ts';
import { ChosenEngine } from '../database/engine.ts';
import { HeycatConfig } from '../config/heycat-config.ts';
import { DataFolder } from '../process/data-folder.ts';
import { CommandJournal } from './command-journal.ts';

/** The write-ahead log of commands. */
@Module({
  imports: [EngineModule],
  providers: [
    {
      provide: CommandJournal,
      useFactory: (folder: DataFolder, config: HeycatConfig, { status }: ChosenEngine) =>
        folder.orRelease(async () => {
          const { journal, faults } = await CommandJournal.open(config.inData(journalName(status.kind)));
          for (const fault of faults) new Logger('CommandJournal').warn(fault);
          return journal;
        }),
      inject: [DataFolder, HeycatConfig, ChosenEngine],
    },
  ],
  exports: [CommandJournal, EngineModule],
})
export class JournalModule {}
