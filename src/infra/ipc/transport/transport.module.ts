import { Module } from '@nestjs/common';
import { ProjectionsModule } from '../../../projections/projections.module.ts';
import { ReadModels } from '../../../projections/read-models.ts';
import { HeycatConfig } from '../../config/heycat-config.ts';
import { ConnectionModule } from '../../database/connection/connection.module.ts';
import { EngineConnection } from '../../database/connection/engine-connection.ts';
import { packageVersion } from '../../process/version.ts';
import { IpcServer } from './ipc-server.ts';

/** The local socket, as a Nest transport. */
@Module({
  imports: [ConnectionModule, ProjectionsModule],
  providers: [
    {
      provide: IpcServer,
      useFactory: ({ runtimeDir }: HeycatConfig, models: ReadModels, connection: EngineConnection) =>
        new IpcServer({
          runtimeDir,
          server: { name: 'heycat-backend', version: packageVersion() },
          head: () => ({ epoch: models.epoch ?? '', seq: models.seq }),
          identity: () => connection.identity ?? null,
        }),
      inject: [HeycatConfig, ReadModels, EngineConnection],
    },
  ],
  exports: [IpcServer],
})
export class TransportModule {}
