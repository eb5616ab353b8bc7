import type { Receipt } from '../../../events/change-feed.ts';
import type { KeyedRow } from './remote-module.ts';
import { receiptsAfter, type Selection } from './sql.ts';

/** What can look rows up: the connection, or one session. */
interface Rows {
  fetch(table: string, selection: Selection): Promise<KeyedRow[]>;
}

/** The receipt of one command. Throws HeycatError ENGINE_UNAVAILABLE. */
export async function receiptOf(rows: Rows, commandId: string): Promise<Receipt | undefined> {
  const [receipt] = await rows.fetch('command_receipts', { name: commandId });
  return receipt as unknown as Receipt | undefined;
}

/** Receipts of the commands that came behind a seq, by command. Throws as {@link receiptOf}. */
export async function receiptsBehind(rows: Rows, seq: number): Promise<Map<string, Receipt>> {
  const receipts = (await rows.fetch('command_receipts', receiptsAfter(seq))) as unknown as Receipt[];
  return new Map(receipts.map((receipt) => [receipt.command_id, receipt]));
}
