import {
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { ProjectionsModule } from '../../projections/projections.module.ts';
import { ReadModels } from '../../projections/read-models.ts';
import { HeycatConfig } from '../config/heycat-config.ts';
import { ConnectionModule } from '../database/connection/connection.module.ts';
import { EngineConnection } from '../database/connection/engine-connection.ts';
import { Engine } from '../database/engine.ts';
import { EngineIdentity } from '../database/identity/engine-identity.ts';
import { ProjectionCache, type RestoredModels } from './projection-cache.ts';

/** The snapshot cache: the service starts with the last run's read models, then connects to the engine. */
@Module({
  imports: [ConnectionModule, ProjectionsModule],
  providers: [
    {
      provide: ProjectionCache,
      useFactory: cacheOf,
      inject: [HeycatConfig, ReadModels, Engine, EngineConnection],
    },
  ],
})
export class CacheModule implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  #restored: RestoredModels | undefined;

  constructor(
    private readonly cache: ProjectionCache,
    private readonly connection: EngineConnection,
  ) {}

  async onModuleInit(): Promise<void> {
    this.#restored = await this.cache.restore();
    if (this.#restored !== undefined) this.connection.recent.resume(this.#restored);
    this.connection.listen(this.cache);
  }

  onApplicationBootstrap(): void {
    this.connection.start(this.#restored?.known());
  }

  /** The connection has ended by now, so that this saves the final state. */
  onApplicationShutdown(): Promise<void> {
    return this.cache.close();
  }
}

function cacheOf(
  config: HeycatConfig,
  models: ReadModels,
  engine: Engine,
  connection: EngineConnection,
): ProjectionCache {
  const identity = async () => (await EngineIdentity.load(config.inData('keys'))).identity('user');
  return new ProjectionCache({
    folder: config.inData('cache'),
    models,
    owner: async () => ({ engine: engine.status.kind, identity: connection.identity ?? (await identity()) }),
  });
}
