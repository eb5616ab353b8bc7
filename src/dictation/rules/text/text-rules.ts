import { compileDictionary, expand, type Dictionary, type Expansion } from './dictionary.ts';
import type { TextRules } from './effective-rules.ts';
import { compileCommands, matchCommand, type CommandMatch, type VoiceCommands } from './voice-commands.ts';

/** Rules made ready for many texts; make them anew when a rule or the context changes. */
export interface CompiledRules {
  readonly dictionary: Dictionary;
  readonly commands: VoiceCommands;
}

export interface RuledText extends Expansion {
  /** Only with `none` is the text to be typed. */
  outcome: CommandMatch;
}

export function compileRules({ entries, commands }: TextRules): CompiledRules {
  return { dictionary: compileDictionary(entries), commands: compileCommands(commands) };
}

/** What becomes of heard text: the dictionary first, then the commands on what it made. */
export function applyRules({ dictionary, commands }: CompiledRules, heard: string): RuledText {
  const expansion = expand(dictionary, heard);
  return { ...expansion, outcome: matchCommand(commands, expansion.text) };
}
