import { Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { CommandsModule } from './commands/commands.module.ts';
import { DictationModule } from './dictation/dictation.module.ts';
import { ASYNC_HEYCAT_OPTIONS } from './infra/config/config.definition.ts';
import { ConfigModule } from './infra/config/config.module.ts';
import type { ServiceOptions } from './infra/config/service-options.ts';
import { InfraModule } from './infra/infra.module.ts';
import { ControllersModule } from './infra/ipc/controllers/controllers.module.ts';
import { IpcServer } from './infra/ipc/transport/ipc-server.ts';
import type { VoiceOverrides } from './infra/voice/voice.module.ts';
import { QueriesModule } from './queries/queries.module.ts';

/**
 * The entire service as a Nest module: `HeycatModule.forRoot({ dataDir })`. It exports CommandBus, QueryBus and EventBus
 * and the read models. A host's own microphone, recogniser or action runner goes into `overrides`; the socket is
 * connected with `app.connectMicroservice(heycatTransport)`.
 */
@Module({
  imports: [CqrsModule.forRoot(), DictationModule, QueriesModule, CommandsModule, ControllersModule],
  exports: [CqrsModule],
})
export class HeycatModule {
  static forRoot({ overrides, imports, ...options }: ServiceOptions & VoiceOverrides = {}): DynamicModule {
    return heycatOn(ConfigModule.forRoot(options), { overrides, imports });
  }

  static forRootAsync({
    overrides,
    imports,
    ...options
  }: typeof ASYNC_HEYCAT_OPTIONS & VoiceOverrides): DynamicModule {
    return heycatOn(ConfigModule.forRootAsync({ imports, ...options }), { overrides, imports });
  }
}

function heycatOn(config: DynamicModule, voice: VoiceOverrides): DynamicModule {
  return { module: HeycatModule, imports: [config, InfraModule.register(voice)] };
}

/** The local socket, for `app.connectMicroservice()` or `NestFactory.createMicroservice()`. */
export const heycatTransport = {
  useFactory: (strategy: IpcServer) => ({ strategy }),
  inject: [IpcServer],
};
