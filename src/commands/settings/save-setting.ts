import { CommandHandler } from '@nestjs/cqrs';
import { UpdateOf } from '../command.ts';
import { IsJsonValue, IsName } from '../../fields/fields.ts';
import { LIMITS } from '../../fields/limits.ts';
import { ReducerHandler } from '../reducer-handler.ts';

/** The result of a command about one setting. */
export class SettingKey {
  @IsName(LIMITS.setting_key_chars)
  key!: string;
}

/** Makes the setting or replaces its value. */
export class SaveSetting extends UpdateOf(SettingKey) {
  @IsName(LIMITS.setting_key_chars)
  key!: string;

  @IsJsonValue()
  value!: unknown;
}

@CommandHandler(SaveSetting)
export class SaveSettingHandler extends ReducerHandler<SaveSetting> {
  protected readonly reducer = 'save_setting';

  protected args({ key, value }: SaveSetting) {
    return { key, value: JSON.stringify(value) };
  }
}
