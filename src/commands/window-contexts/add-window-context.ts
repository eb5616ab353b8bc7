import { CommandHandler } from '@nestjs/cqrs';
import { CONTEXT_MODES, type ContextMode } from '../../events/rows.ts';
import { CommandOf, RowId } from '../command.ts';
import { IsIds } from '../../fields/collections.ts';
import { IsFlag, IsName, IsOneOf, IsOptional, IsPriority } from '../../fields/fields.ts';
import { LIMITS } from '../../fields/limits.ts';
import { ReducerHandler } from '../reducer-handler.ts';
import { IsTitlePattern } from './title-pattern.ts';

export class AddWindowContext extends CommandOf(RowId) {
  @IsName(LIMITS.name_chars)
  name!: string;

  /** Compared with the window's application, ignoring case. */
  @IsName(LIMITS.name_chars)
  app_name!: string;

  /** Any title matches when absent. */
  @IsOptional()
  @IsTitlePattern()
  title_pattern?: string;

  /** True when absent. */
  @IsOptional()
  @IsFlag()
  enabled?: boolean;

  /** The highest wins where several contexts match; 0 when absent. */
  @IsOptional()
  @IsPriority()
  priority?: number;

  /** `merge` when absent. */
  @IsOptional()
  @IsOneOf(CONTEXT_MODES)
  dictionary_mode?: ContextMode;

  /** `merge` when absent. */
  @IsOptional()
  @IsOneOf(CONTEXT_MODES)
  command_mode?: ContextMode;

  @IsOptional()
  @IsIds()
  dictionary_entry_ids?: number[];

  @IsOptional()
  @IsIds()
  voice_command_ids?: number[];
}

@CommandHandler(AddWindowContext)
export class AddWindowContextHandler extends ReducerHandler<AddWindowContext> {
  protected readonly reducer = 'add_window_context';

  protected args(command: AddWindowContext) {
    return {
      window_context: {
        name: command.name,
        app_name: command.app_name,
        title_pattern: command.title_pattern ?? null,
        enabled: command.enabled ?? true,
        priority: command.priority ?? 0,
        dictionary_mode: command.dictionary_mode ?? 'merge',
        command_mode: command.command_mode ?? 'merge',
        dictionary_entry_ids: command.dictionary_entry_ids ?? [],
        voice_command_ids: command.voice_command_ids ?? [],
      },
    };
  }
}
