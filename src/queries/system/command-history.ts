import { IsAnyObject } from '../../fields/collections.ts';
import { IsInteger, IsOneOf, IsSeq, IsText, IsTime, IsUuid, MayBeAbsent } from '../../fields/fields.ts';

/** What became of a command. */
export type CommandOutcome = AppliedCommand | WaitingCommand | FailedCommand;

export class AppliedCommand {
  @IsOneOf(['applied'])
  status!: 'applied';

  @IsUuid()
  command_id!: string;

  /** Seq of the command's last event, or of the log when it changed nothing. */
  @IsSeq()
  seq!: number;

  @IsAnyObject()
  result!: Record<string, unknown>;

  @IsTime()
  created_at!: string;
}

/** It waits for the engine, or for an answer of it. */
export class WaitingCommand {
  @IsOneOf(['queued'])
  status!: 'queued';

  @IsUuid()
  command_id!: string;

  @IsInteger(1)
  position!: number;
}

/** It failed for good after it had been queued. */
export class FailedCommand {
  @IsOneOf(['failed'])
  status!: 'failed';

  @IsUuid()
  command_id!: string;

  /** The code of the refusal, as `message` is its sentence. */
  @IsText()
  code!: string;

  @IsText()
  message!: string;

  @IsTime()
  failed_at!: string;
}

/** A command that waits, or a dead letter. */
export class QueuedCommand {
  @IsUuid()
  command_id!: string;

  /** Commands are carried out in order of position. */
  @IsInteger(1)
  position!: number;

  /** What it asks for, as the module calls it. */
  @IsText()
  reducer!: string;

  @IsTime()
  issued_at!: string;

  @IsOneOf(['queued', 'failed'])
  status!: 'queued' | 'failed';

  /** The code of the refusal, as `message` is its sentence. */
  @MayBeAbsent()
  @IsText()
  code?: string;

  @MayBeAbsent()
  @IsText()
  message?: string;
}

/** Where the outcomes of commands are looked up. */
export abstract class CommandHistory {
  /** Undefined for a command that is not known. Throws HeycatError ENGINE_UNAVAILABLE when only the engine may know it. */
  abstract outcome(commandId: string): Promise<CommandOutcome | undefined>;

  /** The commands that wait and the dead letters, in order of position. */
  abstract queue(): QueuedCommand[];
}
