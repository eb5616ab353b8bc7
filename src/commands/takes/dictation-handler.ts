import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import type { CommandMessage } from '../command.ts';
import type { Applied } from '../command-ledger.ts';
import { Dictation, type TakeAnswer } from './dictation.ts';

/** Carries a command out that writes nothing by itself: its seq is 0, which every read has already reached. */
@Injectable()
export abstract class DictationHandler<C extends CommandMessage> {
  constructor(protected readonly dictation: Dictation) {}

  protected abstract act(command: C): Promise<TakeAnswer>;

  async execute(command: C): Promise<Applied> {
    const result = await this.act(command);
    return { status: 'applied', command_id: command.command_id ?? randomUUID(), seq: 0, result };
  }
}
