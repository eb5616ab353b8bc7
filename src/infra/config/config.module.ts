import { Global, Module } from '@nestjs/common';
import { ConfigurableConfigModule } from './config.definition.ts';
import { HeycatConfig } from './heycat-config.ts';

/** The configuration, for every room. */
@Global()
@Module({ providers: [HeycatConfig], exports: [HeycatConfig] })
export class ConfigModule extends ConfigurableConfigModule {}
