import { Inject, Injectable } from '@nestjs/common';
import type { ActiveWindow } from '../rules/window-context-matching.ts';
import { matchWindowContext } from '../rules/window-context-matching.ts';
import { effectiveRules } from '../rules/text/text-rules.ts';
import { applyRules, compileRules, type CompiledRules, type RuledText } from '../rules/text/text-rules.ts';
import { titleMatches } from '../../commands/window-contexts/title-pattern.ts';
import { dictionary } from '../../projections/dictionary.ts';
import { ReadModels } from '../../projections/read-models.ts';
import { voiceCommands } from '../../projections/voice-commands.ts';
import { windowContexts } from '../../projections/window-contexts.ts';

/** The user's rules about text, as the read models hold them now. */
@Injectable()
export class TakeRules {
  #compiled: { seq: number; contextId: number | undefined; rules: CompiledRules } | undefined;

  constructor(@Inject(ReadModels) private readonly models: ReadModels) {}

  /** What becomes of heard text where `window` had the keyboard. */
  apply(heard: string, window: ActiveWindow | null): RuledText {
    return applyRules(this.#rulesFor(window), heard);
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
}
