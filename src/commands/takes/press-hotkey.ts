import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { appliedWithoutWriting, CommandOf } from '../command.ts';
import { IsInteger, IsOptional } from '../../fields/fields.ts';
import { Takes, TakeStatus } from './takes.ts';

/** A host reports that its dictation key was pressed. */
export class PressHotkey extends CommandOf(TakeStatus) {
  /** When the key moved, in ms since 1970; defaults to now. */
  @IsOptional()
  @IsInteger(0)
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
