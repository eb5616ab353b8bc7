import type { Submitted } from '../command-ledger.ts';

/** The commands that were given up. */
export abstract class CommandQueue {
  /** Sends one again, behind all that wait; answers and throws as CommandLedger.submit. Throws HeycatError NOT_FOUND. */
  abstract retry(commandId: string, waitMs?: number): Promise<Submitted>;

  /** Forgets one. Throws HeycatError NOT_FOUND. */
  abstract drop(commandId: string): Promise<void>;
}
