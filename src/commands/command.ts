import { randomUUID } from 'node:crypto';
import { Command } from '@nestjs/cqrs';
import { IsObject } from '../fields/collections.ts';
import { IsId, IsInteger, IsOptional, IsSeq, IsTimeout, IsUuid, type FieldsClass } from '../fields/fields.ts';
import { LIMITS } from '../fields/limits.ts';
import { Applied, Queued, type Submitted } from './command-ledger.ts';

/** A class of messages that knows the classes of its answers. */
type Answered<M> = (abstract new () => M) & { readonly answers: readonly FieldsClass[] };

/** What may be said with every command, also with those that are not submitted to a reducer. */
export abstract class TimedCommand<Answer> extends Command<Answer> {
  /** When the caller stops waiting for an answer, in ms; the transport keeps it. */
  @IsOptional()
  @IsTimeout()
  timeout_ms?: number;
}

/** What every command may say beside its own fields. */
export abstract class CommandMessage<Result extends object = object> extends TimedCommand<Submitted<Result>> {
  /** Idempotency key: sent twice under one id, the command happens once. */
  @IsOptional()
  @IsUuid()
  command_id?: string;

  /** How long to wait for the engine, in ms. */
  @IsOptional()
  @IsInteger(0, LIMITS.wait_ms_max)
  wait_ms?: number;
}

/** A command about something that exists. */
export abstract class UpdatingCommand<Result extends object = object> extends CommandMessage<Result> {
  /** The `seq` of the row that the caller decided upon; CONFLICT when it has changed since. */
  @IsOptional()
  @IsSeq()
  expected_seq?: number;
}

/** The base of a command that is not submitted to a reducer; its answer has the fields of one of the classes. */
export function TimedCommandOf<C extends readonly FieldsClass[]>(
  ...answers: C
): Answered<TimedCommand<InstanceType<C[number]>>> {
  abstract class WithAnswers extends TimedCommand<InstanceType<C[number]>> {
    static readonly answers = answers;
  }
  return WithAnswers;
}

/** The base of a command whose answer's `result` has the fields of a class. */
export function CommandOf<R extends object>(result: FieldsClass<R>): Answered<CommandMessage<R>> {
  abstract class WithResult extends CommandMessage<R> {
    static readonly answers = submittedWith(result);
  }
  return WithResult;
}

/** As {@link CommandOf}, for a command about something that exists. */
export function UpdateOf<R extends object>(result: FieldsClass<R>): Answered<UpdatingCommand<R>> {
  abstract class WithResult extends UpdatingCommand<R> {
    static readonly answers = submittedWith(result);
  }
  return WithResult;
}

function submittedWith(resultClass: FieldsClass): readonly FieldsClass[] {
  class AppliedWithResult extends Applied<object> {}
  IsObject(resultClass)(AppliedWithResult.prototype, 'result');
  return [AppliedWithResult, Queued];
}

/** The answer to a command that writes nothing by itself: its seq is 0, which every read has already reached. */
export function appliedWithoutWriting<R extends object>(
  { command_id }: CommandMessage,
  result: R,
): Applied<R> {
  return { status: 'applied', command_id: command_id ?? randomUUID(), seq: 0, result };
}

/** The result of a command about one row. */
export class RowId {
  @IsId()
  id!: number;
}
