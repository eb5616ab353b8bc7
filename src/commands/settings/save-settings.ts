import { CommandHandler } from '@nestjs/cqrs';
import { CommandOf } from '../command.ts';
import { IsListOf, IsMapOf } from '../../fields/collections.ts';
import { IsJsonValue, IsName } from '../../fields/fields.ts';
import { LIMITS } from '../../fields/limits.ts';
import { ReducerHandler } from '../reducer-handler.ts';

class SettingKeys {
  @IsListOf(IsName(LIMITS.setting_key_chars))
  keys!: string[];
}

/** Saves several settings, all or none. */
export class SaveSettings extends CommandOf(SettingKeys) {
  @IsMapOf(IsJsonValue(), { key: IsName(LIMITS.setting_key_chars), min: 1 })
  values!: Record<string, unknown>;
}

@CommandHandler(SaveSettings)
export class SaveSettingsHandler extends ReducerHandler<SaveSettings> {
  protected readonly reducer = 'save_settings';

  protected args({ values }: SaveSettings) {
    return { values: Object.entries(values).map(([key, value]) => ({ key, value: JSON.stringify(value) })) };
  }
}
