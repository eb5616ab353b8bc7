import { CommandHandler } from '@nestjs/cqrs';
import { IsOptional } from 'class-validator';
import { CommandMessage } from '../command.ts';
import { IsWhole } from '../fields.ts';
import { MAX_WHOLE } from '../limits.ts';
import { DictationHandler } from './dictation-handler.ts';

/** A host tells that its dictation key was releaseed. */
export class ReleaseHotkey extends CommandMessage {
  /** When the key moved, in ms since 1970; now when absent. */
  @IsOptional()
  @IsWhole(0, MAX_WHOLE)
  at?: number;
}

@CommandHandler(ReleaseHotkey)
export class ReleaseHotkeyHandler extends DictationHandler<ReleaseHotkey> {
  protected act({ at }: ReleaseHotkey) {
    return this.dictation.release(at ?? null);
  }
}
