import type { Type } from '@nestjs/common';
import type { Applied, CommandLedger, CommandSubmission } from '../../../src/commands/command-ledger.ts';
import type { Receipt } from '../../../src/events/change-feed.ts';
import type { DomainEvent } from '../../../src/events/domain-event.ts';
import type { EventLog } from '../../../src/events/event-log.ts';
import { HeycatError } from '../../../src/errors.ts';
import { ValidationPipe } from '../../../src/infra/ipc/transport/validation.pipe.ts';

const pipe = new ValidationPipe();

/** Params as the socket gives them, made into a message as the controllers get it. */
export function toMessage<C extends object>(type: Type<C>, params: unknown): C {
  return pipe.transform(params, { metatype: type, type: 'body' }) as C;
}

export function refusalOf(run: () => unknown): HeycatError {
  try {
    run();
  } catch (error) {
    if (error instanceof HeycatError) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}

/** Remembers what was submitted; the real path to the engine is tested on the engine. */
export class RecordingLedger implements CommandLedger {
  readonly submissions: CommandSubmission[] = [];
  refusal: HeycatError | undefined;

  submit(submission: CommandSubmission): Promise<Applied> {
    this.submissions.push(submission);
    if (this.refusal !== undefined) return Promise.reject(this.refusal);
    return Promise.resolve({
      status: 'applied',
      command_id: submission.command_id ?? 'made',
      seq: 7,
      result: { id: 1 },
    });
  }

  settled(): Promise<Applied> {
    return this.submit(this.last);
  }

  /** What {@link find} gives. */
  receipt: Receipt | undefined;

  find(): Promise<Receipt | undefined> {
    return Promise.resolve(this.receipt);
  }

  retry(): Promise<never> {
    return Promise.reject(new HeycatError('NOT_FOUND'));
  }

  drop(): Promise<never> {
    return Promise.reject(new HeycatError('NOT_FOUND'));
  }

  get last(): CommandSubmission {
    return this.submissions.at(-1)!;
  }
}

/** A log that holds one event of a recording with this file, whatever seq is asked for. */
export function logOf(type: 'recording_added' | 'recording_deleted', file_path: string): EventLog {
  const event = { type, payload: { id: 1, file_path } } as unknown as DomainEvent;
  return { read: () => Promise.resolve([event]), history: () => Promise.resolve([event]) };
}
