import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { IsListOf } from '../../fields/collections.ts';
import { IsOptional, IsText } from '../../fields/fields.ts';
import { LIMITS } from '../../fields/limits.ts';
import { ReadModels } from '../../projections/read-models.ts';
import { settings, settingsView, SettingsView } from '../../projections/settings.ts';
import { answer, QueryOf } from '../query.ts';

/** All settings, or those of the keys that are set. */
export class GetSettings extends QueryOf(SettingsView) {
  @IsOptional()
  @IsListOf(IsText(LIMITS.setting_key_chars))
  keys?: string[];
}

@QueryHandler(GetSettings)
export class GetSettingsHandler implements IQueryHandler<GetSettings> {
  constructor(private readonly models: ReadModels) {}

  async execute(query: GetSettings) {
    return answer(this.models, query, () =>
      settingsView(this.models.read(settings), query.keys ?? undefined),
    );
  }
}
