import { CommandHandler } from '@nestjs/cqrs';
import { changesOf } from '../changes.ts';
import { UpdateOf, RowId } from '../command.ts';
import { IsContents, IsFlag, IsId, IsName, IsOptional, IsText, MayBeAbsent } from '../../fields/fields.ts';
import { LIMITS } from '../../fields/limits.ts';
import { ReducerHandler } from '../reducer-handler.ts';

export class UpdateDictionaryEntry extends UpdateOf(RowId) {
  @IsId()
  id!: number;

  @MayBeAbsent()
  @IsName(LIMITS.trigger_chars)
  trigger?: string;

  @MayBeAbsent()
  @IsContents(LIMITS.replacement_bytes)
  replacement?: string;

  @MayBeAbsent()
  @IsFlag()
  enabled?: boolean;

  @IsOptional()
  @IsText(LIMITS.suffix_chars)
  suffix?: string | null;

  @MayBeAbsent()
  @IsFlag()
  disable_suffix?: boolean;

  @MayBeAbsent()
  @IsFlag()
  auto_enter?: boolean;

  @MayBeAbsent()
  @IsFlag()
  complete_match_only?: boolean;
}

const FIELDS = [
  'trigger',
  'replacement',
  'enabled',
  'disable_suffix',
  'auto_enter',
  'complete_match_only',
] as const;

@CommandHandler(UpdateDictionaryEntry)
export class UpdateDictionaryEntryHandler extends ReducerHandler<UpdateDictionaryEntry> {
  protected readonly reducer = 'update_dictionary_entry';

  protected args(command: UpdateDictionaryEntry) {
    return { id: command.id, changes: changesOf(command, FIELDS, ['suffix']) };
  }
}
