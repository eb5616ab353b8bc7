import { CommandHandler } from '@nestjs/cqrs';
import { IsOptional } from 'class-validator';
import { CommandMessage } from '../command.ts';
import { IsWhole } from '../fields.ts';
import { MAX_WHOLE } from '../limits.ts';
import { DictationHandler } from './dictation-handler.ts';

/** A host tells that its dictation key was pressed. */
export class PressHotkey extends CommandMessage {
  /** When the key moved, in ms since 1970; now when absent. */
  @IsOptional()
  @IsWhole(0, MAX_WHOLE)
  at?: number;
}

@CommandHandler(PressHotkey)
export class PressHotkeyHandler extends DictationHandler<PressHotkey> {
  protected act({ at }: PressHotkey) {
    return this.dictation.press(at ?? null);
  }
}
