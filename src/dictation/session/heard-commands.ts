import { Injectable } from '@nestjs/common';
import { ActionRunner } from '../ports/action-runner.ts';
import { actionOf, type Action } from '../rules/text/action.ts';
import type { CommandMatch } from '../rules/text/voice-commands.ts';
import { HeycatError } from '../../errors.ts';
import { ReadModels } from '../../projections/read-models.ts';
import { TakeTeller } from './take-teller.ts';

type Matched = Extract<CommandMatch, { kind: 'matched' }>;
type Ambiguous = Extract<CommandMatch, { kind: 'ambiguous' }>;

/** Tells the host which voice command was heard; runs it only where the user has allowed that. */
@Injectable()
export class HeardCommands {
  #ambiguous: { text: string; match: Ambiguous } | undefined;

  constructor(
    private readonly models: ReadModels,
    private readonly runner: ActionRunner,
    private readonly teller: TakeTeller,
  ) {}

  heard(text: string, match: CommandMatch): void {
    this.#ambiguous = undefined;
    if (match.kind === 'matched') this.#matched(text, match);
    if (match.kind === 'ambiguous') this.#told(text, match);
  }

  /** @throws HeycatError NOT_FOUND when it is none of the candidates told last. */
  resolve(id: number): void {
    const { text = '', match } = this.#ambiguous ?? {};
    const command = this.models.row('voice_commands', id);
    if (command === undefined || !match?.candidates.some((candidate) => candidate.id === id)) {
      throw new HeycatError('NOT_FOUND', 'That command is none of those told last as command_ambiguous.', {
        field: 'id',
      });
    }
    this.#ambiguous = undefined;
    this.#matched(text, { kind: 'matched', command, confidence: 1, parameters: {} });
  }

  #told(transcription: string, match: Ambiguous): void {
    this.#ambiguous = { text: transcription, match };
    this.teller.tell('command_ambiguous', { transcription, candidates: match.candidates });
  }

  #matched(transcription: string, { command, confidence, parameters }: Matched): void {
    const about = { voice_command_id: command.id, phrase: command.phrase };
    const action = actionOf(command, parameters);
    this.teller.tell('command_matched', { transcription, ...about, confidence, parameters, action });
    void this.#run(action, about);
  }

  async #run(action: Action, about: Record<string, unknown>): Promise<void> {
    const outcome = await this.runner.run(action);
    if (outcome.status === 'executed') this.teller.tell('command_executed', about);
    if (outcome.status !== 'failed') return;
    const { error_code: code, message } = outcome;
    this.teller.tell('command_failed', { ...about, code, message });
  }
}
