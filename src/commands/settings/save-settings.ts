import { CommandHandler } from '@nestjs/cqrs';
import { CommandMessage } from '../command.ts';
import { IsSettings } from './settings-field.ts';
import { ReducerHandler } from '../reducer-handler.ts';

/** Saves several settings, all or none. */
export class SaveSettings extends CommandMessage {
  @IsSettings()
  values!: Record<string, unknown>;
}

@CommandHandler(SaveSettings)
export class SaveSettingsHandler extends ReducerHandler<SaveSettings> {
  protected readonly reducer = 'save_settings';

  protected args({ values }: SaveSettings) {
    return { values: Object.entries(values).map(([key, value]) => ({ key, value: JSON.stringify(value) })) };
  }
}
