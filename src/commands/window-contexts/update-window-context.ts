import { CommandHandler } from '@nestjs/cqrs';
import { CONTEXT_MODES, type ContextMode } from '../../events/rows.ts';
import { changesOf } from '../changes.ts';
import { UpdateOf, RowId } from '../command.ts';
import { IsIds } from '../../fields/collections.ts';
import { IsFlag, IsId, IsName, IsOneOf, IsOptional, IsPriority, MayBeAbsent } from '../../fields/fields.ts';
import { LIMITS } from '../../fields/limits.ts';
import { ReducerHandler } from '../reducer-handler.ts';
import { IsTitlePattern } from './title-pattern.ts';

export class UpdateWindowContext extends UpdateOf(RowId) {
  @IsId()
  id!: number;

  @MayBeAbsent()
  @IsName(LIMITS.name_chars)
  name?: string;

  @MayBeAbsent()
  @IsName(LIMITS.name_chars)
  app_name?: string;

  @IsOptional()
  @IsTitlePattern()
  title_pattern?: string | null;

  @MayBeAbsent()
  @IsFlag()
  enabled?: boolean;

  @MayBeAbsent()
  @IsPriority()
  priority?: number;

  @MayBeAbsent()
  @IsOneOf(CONTEXT_MODES)
  dictionary_mode?: ContextMode;

  @MayBeAbsent()
  @IsOneOf(CONTEXT_MODES)
  command_mode?: ContextMode;

  @MayBeAbsent()
  @IsIds()
  dictionary_entry_ids?: number[];

  @MayBeAbsent()
  @IsIds()
  voice_command_ids?: number[];
}

const FIELDS = [
  'name',
  'app_name',
  'enabled',
  'priority',
  'dictionary_mode',
  'command_mode',
  'dictionary_entry_ids',
  'voice_command_ids',
] as const;

@CommandHandler(UpdateWindowContext)
export class UpdateWindowContextHandler extends ReducerHandler<UpdateWindowContext> {
  protected readonly reducer = 'update_window_context';

  protected args(command: UpdateWindowContext) {
    return { id: command.id, changes: changesOf(command, FIELDS, ['title_pattern']) };
  }
}
