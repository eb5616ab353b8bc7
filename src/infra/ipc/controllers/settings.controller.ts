import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { Payload } from '@nestjs/microservices';
import { DeleteSetting } from '../../../commands/settings/delete-setting.ts';
import { SaveSetting } from '../../../commands/settings/save-setting.ts';
import { SaveSettings } from '../../../commands/settings/save-settings.ts';
import { GetSettings } from '../../../queries/settings/get-settings.ts';
import { IpcController } from '../transport/ipc-controller.ts';
import { Method } from '../openrpc/method.ts';

@IpcController()
export class SettingsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Method('Makes a setting or replaces its value.', { aliases: ['update_setting'] })
  save_setting(@Payload() command: SaveSetting) {
    return this.commands.execute(command);
  }

  @Method('Saves several settings, all or none.')
  save_settings(@Payload() command: SaveSettings) {
    return this.commands.execute(command);
  }

  @Method('Deletes a setting.')
  delete_setting(@Payload() command: DeleteSetting) {
    return this.commands.execute(command);
  }

  @Method('All settings, or those of the given keys.')
  get_settings(@Payload() query: GetSettings) {
    return this.queries.execute(query);
  }
}
