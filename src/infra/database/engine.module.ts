import { Module } from '@nestjs/common';
import { HeycatConfig } from '../config/heycat-config.ts';
import { DataFolder } from '../process/data-folder.ts';
import { ProcessModule } from '../process/process.module.ts';
import { chooseEngine } from './choose-engine.ts';
import { ChosenEngine } from './engine.ts';
import { settleEngines } from './staging.ts';

/** Which engine has the data. */
@Module({
  imports: [ProcessModule],
  providers: [
    {
      provide: ChosenEngine,
      useFactory: (folder: DataFolder, { engine }: HeycatConfig) =>
        folder.orRelease(async () => {
          await settleEngines(folder.path);
          return chooseEngine(engine, folder.path);
        }),
      inject: [DataFolder, HeycatConfig],
    },
  ],
  exports: [ChosenEngine, ProcessModule],
})
export class EngineModule {}
