import { CommandHandler } from '@nestjs/cqrs';
import { UpdateOf } from '../command.ts';
import { IsName } from '../../fields/fields.ts';
import { LIMITS } from '../../fields/limits.ts';
import { ReducerHandler } from '../reducer-handler.ts';
import { SettingKey } from './save-setting.ts';

export class DeleteSetting extends UpdateOf(SettingKey) {
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
