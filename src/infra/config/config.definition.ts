import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { ServiceOptions } from './service-options.ts';

export const {
  ConfigurableModuleClass: ConfigurableConfigModule,
  MODULE_OPTIONS_TOKEN: HEYCAT_OPTIONS,
  ASYNC_OPTIONS_TYPE: ASYNC_HEYCAT_OPTIONS,
} = new ConfigurableModuleBuilder<ServiceOptions>({ moduleName: 'Heycat' })
  .setClassMethodName('forRoot')
  .build();
