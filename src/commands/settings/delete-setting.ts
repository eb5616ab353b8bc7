import { CommandHandler } from '@nestjs/cqrs';
import { UpdatingCommand } from '../command.ts';
import { IsName } from '../../fields/fields.ts';
import { LIMITS } from '../../fields/limits.ts';
import { ReducerHandler } from '../reducer-handler.ts';

export class DeleteSetting extends UpdatingCommand {
  @IsName(LIMITS.setting_key_chars)
  key!: string;
}

@CommandHandler(DeleteSetting)
export class DeleteSettingHandler extends ReducerHandler<DeleteSetting> {
  protected readonly reducer = 'delete_setting';

  protected args({ key }: DeleteSetting) {
    return { key };
  }
}
