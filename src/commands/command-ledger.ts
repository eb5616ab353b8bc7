import type { Receipt } from '../events/change-feed.ts';
import { IsAnyObject } from '../fields/collections.ts';
import { IsInteger, IsOneOf, IsSeq, IsUuid } from '../fields/fields.ts';

/** A validated command on its way to its reducer. */
export interface CommandSubmission {
  /** Name of the reducer, for example `delete_recording`. */
  reducer: string;
  /** Idempotency key chosen by the sender, a UUID; made here when absent. */
  command_id?: string | undefined;
  /** The reducer's arguments after command_id and issued_at, by their snake_case names. */
  args: Record<string, unknown>;
  /** How long to wait for the command's end, in ms; 2,000 when absent. */
  wait_ms?: number | undefined;
}

/** The answer to a command that happened; the projections already hold its effect. */
export class Applied<Result extends object = Record<string, unknown>> {
  @IsOneOf(['applied'])
  status!: 'applied';

  @IsUuid()
  command_id!: string;

  /** Seq of the last event of the command, or of the log when it changed nothing. */
  @IsSeq()
  seq!: number;

  @IsAnyObject()
  result!: Result;
}

/** The answer to a command that waits: it is on disk, and its outcome is published as `queued_command_applied` or `queued_command_failed`. */
export class Queued {
  @IsOneOf(['queued'])
  status!: 'queued';

  @IsUuid()
  command_id!: string;

  /** Commands are carried out in order of position; it grows, with gaps. */
  @IsInteger(1)
  position!: number;
}

export type Submitted<Result extends object = Record<string, unknown>> = Applied<Result> | Queued;

/** Where commands are submitted and remembered. */
export abstract class CommandLedger {
  /**
   * Runs the reducer exactly once for a command_id, after all that were submitted before. Answers when the projections
   * hold the effect, or after wait_ms that the command is queued.
   * @throws HeycatError with the module's code when the rules refuse it, COMMAND_REUSED when the id was used with
   * other arguments, QUEUE_FULL when it can be neither carried out nor kept (details.outcome is `not_sent`, or
   * `unknown`; sending the same command_id again is safe).
   */
  abstract submit(submission: CommandSubmission): Promise<Submitted>;

  /** Resolves when a queued command is applied; rejects when it fails, is not known, or the service ends. */
  abstract settled(commandId: string): Promise<Applied>;

  /** The receipt of a command that was applied, or undefined. Throws HeycatError ENGINE_UNAVAILABLE. */
  abstract find(commandId: string): Promise<Receipt | undefined>;

  /** Sends a dead letter again, behind all that wait; answers and throws as {@link submit}. Throws HeycatError NOT_FOUND. */
  abstract retry(commandId: string, waitMs?: number): Promise<Submitted>;

  /** Forgets a dead letter. Throws HeycatError NOT_FOUND. */
  abstract drop(commandId: string): Promise<void>;
}
