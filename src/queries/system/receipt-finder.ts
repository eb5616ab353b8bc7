import type { Receipt } from '../../events/change-feed.ts';

/** Where the outcome of a command is looked up. */
export interface ReceiptFinder {
  /** The receipt of a command that was applied, or undefined. */
  find(commandId: string): Promise<Receipt | undefined>;
}

export const RECEIPT_FINDER = Symbol('ReceiptFinder');
