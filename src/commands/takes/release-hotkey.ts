import { CommandHandler } from '@nestjs/cqrs';
import { CommandMessage } from '../command.ts';
import { IsInteger, IsOptional } from '../../fields/fields.ts';
import { MAX_INTEGER } from '../../fields/limits.ts';
import { DictationHandler } from './dictation-handler.ts';

/** A host tells that its dictation key was releaseed. */
export class ReleaseHotkey extends CommandMessage {
  /** When the key moved, in ms since 1970; now when absent. */
  @IsOptional()
  @IsInteger(0, MAX_INTEGER)
  at?: number;
}

@CommandHandler(ReleaseHotkey)
export class ReleaseHotkeyHandler extends DictationHandler<ReleaseHotkey> {
  protected act({ at }: ReleaseHotkey) {
    return this.dictation.release(at ?? null);
  }
}
