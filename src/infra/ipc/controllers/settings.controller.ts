import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { DeleteSetting } from '../../../commands/settings/delete-setting.ts';
import { SaveSetting } from '../../../commands/settings/save-setting.ts';
import { SaveSettings } from '../../../commands/settings/save-settings.ts';
import { GetSettings } from '../../../queries/settings/get-settings.ts';
import type { MethodExtras } from '../openrpc/method-extras.ts';
import { IpcController } from '../transport/ipc-controller.ts';

@IpcController()
export class SettingsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @MessagePattern(['save_setting', 'update_setting'], {
    summary: 'Makes a setting or replaces its value.',
  } satisfies MethodExtras)
  save(@Payload() command: SaveSetting) {
    return this.commands.execute(command);
  }

  @MessagePattern('save_settings', { summary: 'Saves several settings, all or none.' } satisfies MethodExtras)
  saveAll(@Payload() command: SaveSettings) {
    return this.commands.execute(command);
  }

  @MessagePattern('delete_setting', { summary: 'Deletes a setting.' } satisfies MethodExtras)
  delete(@Payload() command: DeleteSetting) {
    return this.commands.execute(command);
  }

  @MessagePattern('get_settings', {
    summary: 'All settings, or those of the given keys.',
    answers: ['settings'],
  } satisfies MethodExtras)
  get(@Payload() query: GetSettings) {
    return this.queries.execute(query);
  }
}
