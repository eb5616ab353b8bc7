/** What became of a command. */
export type CommandOutcome =
  | {
      status: 'applied';
      command_id: string;
      /** Seq of the command's last event, or of the log when it changed nothing. */
      seq: number;
      result: Record<string, unknown>;
      created_at: string;
    }
  /** It waits for the engine, or for an answer of it. */
  | { status: 'queued'; command_id: string; position: number }
  /** It was given up after it had been queued; `code` and `message` are those of the refusal. */
  | { status: 'failed'; command_id: string; code: string; message: string; failed_at: string };

/** A command that waits or was given up. */
export interface QueuedCommand {
  command_id: string;
  /** Commands are carried out in order of position. */
  position: number;
  /** What it asks for, as the module calls it. */
  reducer: string;
  issued_at: string;
  status: 'queued' | 'failed';
  /** Of the refusal. */
  code?: string;
  message?: string;
}

/** Where the outcomes of commands are looked up. */
export abstract class CommandHistory {
  /** Undefined for a command that is not known. Throws HeycatError ENGINE_UNAVAILABLE when only the engine may know it. */
  abstract outcome(commandId: string): Promise<CommandOutcome | undefined>;

  /** Those that wait or were given up, in order of position. */
  abstract queue(): QueuedCommand[];
}
