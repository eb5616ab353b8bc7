import { MessagePattern } from '@nestjs/microservices';
import type { ErrorCode } from '../../../errors.ts';
import { IsOptional, IsTimeout } from '../../../fields/fields.ts';

interface MethodOptions {
  /** Beyond those of every method of its kind. */
  errors?: readonly ErrorCode[];
  /** Other names of it. */
  aliases?: readonly string[];
}

/** What `describe` says of a method beside its params and answers, which it asks the message class for. */
export interface MethodFacts {
  summary: string;
  errors: readonly ErrorCode[];
}

/**
 * A method of the socket; its name is that of the function.
 * @param summary one sentence.
 */
export function Method(summary: string, { aliases = [], errors = [] }: MethodOptions = {}): MethodDecorator {
  const facts: MethodFacts = { summary, errors };
  return (target, name, descriptor) =>
    MessagePattern([String(name), ...aliases], facts)(target, name, descriptor as PropertyDescriptor);
}

/** What may be said to every method; messages of commands and queries have it from their own bases. */
export class MethodParams {
  /** When the caller stops waiting for an answer, in ms; the transport keeps it. */
  @IsOptional()
  @IsTimeout()
  timeout_ms?: number;
}

/** The answer of a method that has nothing to say. */
export class Nothing {}
