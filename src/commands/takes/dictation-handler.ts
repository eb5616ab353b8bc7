import { randomUUID } from 'node:crypto';
import { Inject } from '@nestjs/common';
import type { CommandMessage } from '../command.ts';
import type { Applied } from '../command-ledger.ts';
import { DICTATION, type Dictation, type TakeAnswer } from './dictation.ts';

/** Carries a command out that writes nothing by itself: its seq is 0, which every read has already reached. */
export abstract class DictationHandler<C extends CommandMessage> {
  constructor(@Inject(DICTATION) protected readonly dictation: Dictation) {}

  protected abstract act(command: C): Promise<TakeAnswer>;

  async execute(command: C): Promise<Applied> {
    const result = await this.act(command);
    return { status: 'applied', command_id: command.command_id ?? randomUUID(), seq: 0, result };
  }
}
