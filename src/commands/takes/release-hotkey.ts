import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { appliedWithoutWriting, CommandOf } from '../command.ts';
import { IsInteger, IsOptional } from '../../fields/fields.ts';
import { Takes, TakeStatus } from './takes.ts';

/** A host reports that its dictation key was released. */
export class ReleaseHotkey extends CommandOf(TakeStatus) {
  /** When the key moved, in ms since 1970; defaults to now. */
  @IsOptional()
  @IsInteger(0)
  at?: number;
}

@CommandHandler(ReleaseHotkey)
export class ReleaseHotkeyHandler implements ICommandHandler<ReleaseHotkey> {
  constructor(private readonly takes: Takes) {}

  async execute(command: ReleaseHotkey) {
    const { at } = command;
    return appliedWithoutWriting(command, await this.takes.release(at ?? null));
  }
}
