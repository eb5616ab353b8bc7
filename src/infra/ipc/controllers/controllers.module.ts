import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { OpenRpc } from '../openrpc/describe.ts';
import { TakesController } from './takes.controller.ts';
import { DictionaryController } from './dictionary.controller.ts';
import { RecordingsController } from './recordings.controller.ts';
import { SettingsController } from './settings.controller.ts';
import { SystemController } from './system.controller.ts';
import { VoiceCommandsController } from './voice-commands.controller.ts';
import { WindowContextsController } from './window-contexts.controller.ts';

/** The methods of the socket. The application provides globally: CqrsModule.forRoot() and the port StatusSource. */
@Module({
  imports: [DiscoveryModule],
  controllers: [
    RecordingsController,
    SettingsController,
    TakesController,
    DictionaryController,
    VoiceCommandsController,
    WindowContextsController,
    SystemController,
  ],
  providers: [OpenRpc],
})
export class ControllersModule {}
