import { randomUUID } from 'node:crypto';
import { Command } from '@nestjs/cqrs';
import type { Applied, Submitted } from './command-ledger.ts';
import { IsInteger, IsOptional, IsUuid } from '../fields/fields.ts';
import { LIMITS, MAX_INTEGER } from '../fields/limits.ts';

/** What every command may say beside its own fields. */
export abstract class CommandMessage extends Command<Submitted> {
  /** Idempotency key: sent twice under one id, the command happens once. */
  @IsOptional()
  @IsUuid()
  command_id?: string;

  /** How long to wait for the engine, in ms. */
  @IsOptional()
  @IsInteger(0, LIMITS.wait_ms_max)
  wait_ms?: number;

  /** When the caller stops waiting for an answer, in ms; the transport keeps it. */
  @IsOptional()
  @IsInteger(0, LIMITS.timeout_ms_max)
  timeout_ms?: number;
}

/** A command about something that exists. */
export abstract class UpdatingCommand extends CommandMessage {
  /** The `seq` of the row that the caller decided upon; CONFLICT when it has changed since. */
  @IsOptional()
  @IsInteger(0, MAX_INTEGER)
  expected_seq?: number;
}

/** The answer to a command that writes nothing by itself: its seq is 0, which every read has already reached. */
export function appliedWithoutWriting(
  { command_id }: CommandMessage,
  result: Record<string, unknown>,
): Applied {
  return { status: 'applied', command_id: command_id ?? randomUUID(), seq: 0, result };
}
