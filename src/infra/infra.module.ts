import { Global, Module, type DynamicModule } from '@nestjs/common';
import { WindowContexts } from '../commands/window-contexts/report-active-window.ts';
import { ProjectionsModule } from '../projections/projections.module.ts';
import { ReadModels } from '../projections/read-models.ts';
import { windowContexts } from '../projections/window-contexts.ts';
import { DailyBackupModule } from './backup/daily-backup.module.ts';
import { CacheModule } from './cache/cache.module.ts';
import { SubscriptionsModule } from './ipc/subscriptions/subscriptions.module.ts';
import { TransportModule } from './ipc/transport/transport.module.ts';
import { DeliveryModule } from './journal/delivery.module.ts';
import { StatusModule } from './status/status.module.ts';
import { VoiceModule, type VoiceOverrides } from './voice/voice.module.ts';

const ROOMS = [
  ProjectionsModule,
  DeliveryModule,
  DailyBackupModule,
  CacheModule,
  SubscriptionsModule,
  TransportModule,
  StatusModule,
];

/**
 * All adapters, made visible to commands, queries and dictation, which know only their ports. It has no hooks: Nest
 * starts and ends the rooms in the order in which they import each other.
 */
@Global()
@Module({})
export class InfraModule {
  static register(overrides: VoiceOverrides): DynamicModule {
    const rooms = [...ROOMS, VoiceModule.register(overrides)];
    const contexts = {
      provide: WindowContexts,
      useFactory: (models: ReadModels): WindowContexts => ({ list: () => models.read(windowContexts).all }),
      inject: [ReadModels],
    };
    return {
      module: InfraModule,
      imports: rooms,
      providers: [contexts],
      exports: [...rooms, WindowContexts],
    };
  }
}
