import { CommandHandler } from '@nestjs/cqrs';
import { CommandOf, RowId } from '../command.ts';
import { IsContents, IsFlag, IsName, IsOptional, IsText } from '../../fields/fields.ts';
import { LIMITS } from '../../fields/limits.ts';
import { ReducerHandler } from '../reducer-handler.ts';

export class AddDictionaryEntry extends CommandOf(RowId) {
  @IsName(LIMITS.trigger_chars)
  trigger!: string;

  @IsContents(LIMITS.replacement_bytes)
  replacement!: string;

  /** True when absent. */
  @IsOptional()
  @IsFlag()
  enabled?: boolean;

  @IsOptional()
  @IsText(LIMITS.suffix_chars)
  suffix?: string;

  @IsOptional()
  @IsFlag()
  disable_suffix?: boolean;

  @IsOptional()
  @IsFlag()
  auto_enter?: boolean;

  @IsOptional()
  @IsFlag()
  complete_match_only?: boolean;
}

@CommandHandler(AddDictionaryEntry)
export class AddDictionaryEntryHandler extends ReducerHandler<AddDictionaryEntry> {
  protected readonly reducer = 'add_dictionary_entry';

  protected args(command: AddDictionaryEntry) {
    return {
      entry: {
        trigger: command.trigger,
        replacement: command.replacement,
        enabled: command.enabled ?? true,
        suffix: command.suffix ?? null,
        disable_suffix: command.disable_suffix ?? false,
        auto_enter: command.auto_enter ?? false,
        complete_match_only: command.complete_match_only ?? false,
      },
    };
  }
}
