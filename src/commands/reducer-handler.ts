import { Injectable } from '@nestjs/common';
import { UpdatingCommand, type CommandMessage } from './command.ts';
import { CommandLedger, type Submitted } from './command-ledger.ts';

export type ReducerArgs = Record<string, unknown>;

/** Carries a command out by submitting it to its reducer: a subclass names the reducer and its arguments. */
@Injectable()
export abstract class ReducerHandler<C extends CommandMessage> {
  constructor(private readonly ledger: CommandLedger) {}

  protected abstract readonly reducer: string;

  /** The reducer's arguments without expected_seq, which every update has. */
  protected abstract args(command: C): ReducerArgs | Promise<ReducerArgs>;

  async execute(command: C): Promise<Submitted> {
    const args = await this.args(command);
    const expectation =
      command instanceof UpdatingCommand ? { expected_seq: command.expected_seq ?? null } : {};
    return this.ledger.submit({
      reducer: this.reducer,
      command_id: command.command_id ?? undefined,
      wait_ms: command.wait_ms ?? undefined,
      args: { ...args, ...expectation },
    });
  }
}
