import type { Submitted } from '../command-ledger.ts';

/** The commands that were given up. */
export interface CommandQueue {
  /** Sends one again, behind all that wait; answers and throws as CommandLedger.submit. Throws HeycatError NOT_FOUND. */
  retry(commandId: string, waitMs?: number): Promise<Submitted>;

  /** Forgets one. Throws HeycatError NOT_FOUND. */
  drop(commandId: string): Promise<void>;
}

export const COMMAND_QUEUE = Symbol('CommandQueue');
