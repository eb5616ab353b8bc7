import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { appliedWithoutWriting, CommandMessage } from '../command.ts';
import { IsInteger, IsOptional } from '../../fields/fields.ts';
import { MAX_INTEGER } from '../../fields/limits.ts';
import { Takes } from './takes.ts';

/** A host reports that its dictation key was pressed. */
export class PressHotkey extends CommandMessage {
  /** When the key moved, in ms since 1970; now when absent. */
  @IsOptional()
  @IsInteger(0, MAX_INTEGER)
  at?: number;
}

@CommandHandler(PressHotkey)
export class PressHotkeyHandler implements ICommandHandler<PressHotkey> {
  constructor(private readonly takes: Takes) {}

  async execute(command: PressHotkey) {
    const { at } = command;
    return appliedWithoutWriting(command, await this.takes.press(at ?? null));
  }
}
