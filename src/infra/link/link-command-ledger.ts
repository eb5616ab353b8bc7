import { randomUUID } from 'node:crypto';
import type { Applied, CommandLedger, CommandSubmission } from '../../commands/command-ledger.ts';
import { HeycatError } from '../../errors.ts';
import type { Receipt } from '../../events/change-feed.ts';
import type { Link } from './link.ts';

const DEFAULT_WAIT_MS = 2_000;

/** Sends each command straight to its reducer; the module's receipts make a repetition harmless. */
export class LinkCommandLedger implements CommandLedger {
  constructor(
    private readonly link: Link,
    private readonly now: () => Date = () => new Date(),
  ) {}

  async submit({
    reducer,
    command_id = randomUUID(),
    args,
    wait_ms = DEFAULT_WAIT_MS,
  }: CommandSubmission): Promise<Applied> {
    const issued_at = this.now().toISOString();
    const fresh = await this.link.call(reducer, command_id, { command_id, issued_at, ...args }, wait_ms);
    // No receipt in the transaction: the command had been applied before, and happened once.
    const receipt = fresh ?? (await this.find(command_id));
    if (receipt === undefined)
      throw new HeycatError('INTERNAL', 'The command was applied but left no receipt.');
    return { status: 'applied', command_id, seq: receipt.last_seq, result: receipt.result };
  }

  async find(commandId: string): Promise<Receipt | undefined> {
    const rows = await this.link.fetch('command_receipts', { name: commandId });
    return rows[0] as unknown as Receipt | undefined;
  }
}
