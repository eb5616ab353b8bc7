import { Injectable } from '@nestjs/common';
import { EventBus } from '@nestjs/cqrs';
import { titleMatches } from '../../commands/window-contexts/title-pattern.ts';
import { HeycatError } from '../../errors.ts';
import { LiveEvent } from '../../events/live-event.ts';
import type { CommandExecuted, VoiceAction } from '../../events/voice-command-events.ts';
import { dictionary } from '../../projections/dictionary.ts';
import { ReadModels } from '../../projections/read-models.ts';
import { voiceCommands } from '../../projections/voice-commands.ts';
import { windowContexts } from '../../projections/window-contexts.ts';
import { ActionRunner, type ActionOutcome } from '../ports/action-runner.ts';
import { actionOf } from '../rules/text/action.ts';
import {
  applyRules,
  compileRules,
  effectiveRules,
  type CompiledRules,
  type RuledText,
} from '../rules/text/text-rules.ts';
import type { CommandMatch } from '../rules/text/voice-commands.ts';
import { matchWindowContext, type ActiveWindow } from '../rules/window-context-matching.ts';

type Matched = Extract<CommandMatch, { kind: 'matched' }>;
type Ambiguous = Extract<CommandMatch, { kind: 'ambiguous' }>;

/**
 * Applies the user's text rules from the read models: the dictionary and the voice commands. A voice command is published
 * for the host, and its action is carried out only if the user has allowed that.
 */
@Injectable()
export class UserRules {
  #compiled: { seq: number; contextId: number | undefined; rules: CompiledRules } | undefined;
  #ambiguous: { text: string; match: Ambiguous } | undefined;

  constructor(
    private readonly models: ReadModels,
    private readonly runner: ActionRunner,
    private readonly events: EventBus,
  ) {}

  /** Applies the rules of the window that had the keyboard focus. */
  apply(transcript: string, window: ActiveWindow | null): RuledText {
    return applyRules(this.#rulesFor(window), transcript);
  }

  /** Carries out the voice command that the text matched, if any. */
  carryOut(text: string, match: CommandMatch): void {
    this.#ambiguous = undefined;
    if (match.kind === 'matched') this.#matched(text, match);
    if (match.kind === 'ambiguous') this.#ask(text, match);
  }

  /** @throws HeycatError NOT_FOUND if it is not one of the candidates last published. */
  resolve(id: number): void {
    const { text = '', match } = this.#ambiguous ?? {};
    const command = this.models.row('voice_commands', id);
    if (command === undefined || !match?.candidates.some((candidate) => candidate.id === id)) {
      throw new HeycatError(
        'NOT_FOUND',
        'That voice command is not one of the candidates last published as command_ambiguous.',
        {
          field: 'id',
        },
      );
    }
    this.#ambiguous = undefined;
    this.#matched(text, { kind: 'matched', command, confidence: 1, parameters: {} });
  }

  #rulesFor(window: ActiveWindow | null): CompiledRules {
    const { models } = this;
    const contexts = models.read(windowContexts).all;
    const context = window === null ? undefined : matchWindowContext(contexts, window, titleMatches);
    const held = this.#compiled;
    if (held !== undefined && held.seq === models.seq && held.contextId === context?.id) return held.rules;
    const all = { entries: models.read(dictionary).all, commands: models.read(voiceCommands).all };
    const rules = compileRules(effectiveRules(all, contexts, context));
    this.#compiled = { seq: models.seq, contextId: context?.id, rules };
    return rules;
  }

  #ask(transcription: string, match: Ambiguous): void {
    this.#ambiguous = { text: transcription, match };
    this.events.publish(new LiveEvent('command_ambiguous', { transcription, candidates: match.candidates }));
  }

  #matched(transcription: string, { command, confidence, parameters }: Matched): void {
    const about = { voice_command_id: command.id, phrase: command.phrase };
    const action = actionOf(command, parameters);
    this.events.publish(
      new LiveEvent('command_matched', { transcription, ...about, confidence, parameters, action }),
    );
    void this.#run(action, about);
  }

  /** Never rejects, even if a host's own runner does. */
  async #run(action: VoiceAction, about: CommandExecuted): Promise<void> {
    const outcome = await this.#outcomeOf(action);
    if (outcome.status === 'executed') this.events.publish(new LiveEvent('command_executed', about));
    if (outcome.status !== 'failed') return;
    const { error_code: code, message } = outcome;
    this.events.publish(new LiveEvent('command_failed', { ...about, code, message }));
  }

  async #outcomeOf(action: VoiceAction): Promise<ActionOutcome> {
    try {
      return await this.runner.run(action);
    } catch {
      const message = 'The runner of voice commands failed.';
      return { status: 'failed', error_code: 'EXECUTION_ERROR', message };
    }
  }
}
