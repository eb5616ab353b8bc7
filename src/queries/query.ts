import { Query } from '@nestjs/cqrs';
import { IsOneOf, IsOptional, IsSeq, IsTimeout, MayBeAbsent, type FieldsClass } from '../fields/fields.ts';
import type { ReadModels } from '../projections/read-models.ts';

const DEFAULT_TIMEOUT_MS = 5_000;

/** What every answer carries: the seq of the newest event that it takes into account. */
export interface AsOf {
  as_of_seq: number;
  /** Present until the service, in this run of it, has compared its read models with the engine. */
  stale?: true;
}

/** What every query may ask beside its own fields; the message is also the DTO that the socket checks. */
export abstract class QueryMessage<Answer> extends Query<Answer & AsOf> {
  /** Wait until the read models hold this seq, for example the one that a command answered. */
  @IsOptional()
  @IsSeq()
  at_least_seq?: number;

  /** How long to wait for it, in ms. */
  @IsOptional()
  @IsTimeout()
  timeout_ms?: number;
}

/** The base of a query whose answer has the fields of one of the classes, and those of {@link AsOf}. */
export function QueryOf<C extends readonly FieldsClass[]>(
  ...answers: C
): (abstract new () => QueryMessage<InstanceType<C[number]>>) & { readonly answers: readonly FieldsClass[] } {
  abstract class WithAnswers extends QueryMessage<InstanceType<C[number]>> {
    static readonly answers = answers.map(stampedClass);
  }
  return WithAnswers;
}

function stampedClass(answer: FieldsClass): FieldsClass {
  class Stamped extends answer implements AsOf {
    @IsSeq()
    as_of_seq!: number;

    @MayBeAbsent()
    @IsOneOf([true])
    stale?: true;
  }
  return Stamped;
}

/** @throws HeycatError NOT_YET when at_least_seq is not reached within timeout_ms. */
export async function reached(models: ReadModels, query: QueryMessage<unknown>): Promise<void> {
  await models.waitFor(query.at_least_seq ?? 0, query.timeout_ms ?? DEFAULT_TIMEOUT_MS);
}

/** Reads and stamps in one synchronous step, so that no batch can come between. */
export function stamped<Answer extends object>(models: ReadModels, read: () => Answer): Answer & AsOf {
  return { ...read(), ...asOf(models) };
}

function asOf({ seq, stale }: ReadModels): AsOf {
  return stale ? { as_of_seq: seq, stale } : { as_of_seq: seq };
}

/** The answer of a query that reads nothing but the read models. Throws as {@link reached}, and what `read` throws. */
export async function answer<Answer extends object>(
  models: ReadModels,
  query: QueryMessage<unknown>,
  read: () => Answer,
): Promise<Answer & AsOf> {
  await reached(models, query);
  return stamped(models, read);
}
