import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ArrayMaxSize, IsArray, IsOptional, IsString, MaxLength } from 'class-validator';
import { ReadModels } from '../../projections/read-models.ts';
import { settings, settingsView, type SettingsView } from '../../projections/settings.ts';
import { answer, QueryMessage } from '../query.ts';

/** All settings, or those of the keys that are set. */
export class GetSettings extends QueryMessage<SettingsView> {
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(1_000)
  @IsString({ each: true })
  @MaxLength(128, { each: true })
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
