import type {
  ContextMode,
  DictionaryEntryRow,
  VoiceCommandRow,
  WindowContextRow,
} from '../../../events/rows.ts';
import { compileDictionary, expand, type Dictionary, type Expansion } from './dictionary.ts';
import { spokenKey, tokenise } from './tokens.ts';
import { compileCommands, matchCommand, type CommandMatch, type VoiceCommands } from './voice-commands.ts';

/** The user's text rules: all of them, or those that apply in a window. */
export interface TextRules {
  entries: readonly DictionaryEntryRow[];
  commands: readonly VoiceCommandRow[];
}

interface Kind<Row> {
  idsOf: (context: WindowContextRow) => readonly number[];
  modeOf: (context: WindowContextRow) => ContextMode;
  /** The words that trigger a row. */
  spoken: (row: Row) => string;
}

const ENTRIES: Kind<DictionaryEntryRow> = {
  idsOf: (context) => context.dictionary_entry_ids,
  modeOf: (context) => context.dictionary_mode,
  spoken: (row) => row.trigger,
};
const COMMANDS: Kind<VoiceCommandRow> = {
  idsOf: (context) => context.voice_command_ids,
  modeOf: (context) => context.command_mode,
  spoken: (row) => row.phrase,
};

/**
 * The rules that apply when `context` matched, or when none did. Rules that any context refers to, even a disabled one,
 * apply only in contexts; all others apply everywhere except in a context that replaces. A context that replaces with an
 * empty set disables the rules.
 * @param contexts all of them.
 */
export function effectiveRules(
  all: TextRules,
  contexts: readonly WindowContextRow[],
  context: WindowContextRow | undefined,
): TextRules {
  return {
    entries: effective(all.entries, ENTRIES, { contexts, context }),
    commands: effective(all.commands, COMMANDS, { contexts, context }),
  };
}

interface Where {
  contexts: readonly WindowContextRow[];
  context: WindowContextRow | undefined;
}

function effective<Row extends { id: number; enabled: boolean }>(
  rows: readonly Row[],
  kind: Kind<Row>,
  { contexts, context }: Where,
): Row[] {
  const named = new Set(context === undefined ? [] : kind.idsOf(context));
  const enabled = rows.filter((row) => row.enabled);
  const own = enabled.filter((row) => named.has(row.id));
  if (context !== undefined && kind.modeOf(context) === 'replace') return own;
  const assigned = new Set(contexts.flatMap((each) => kind.idsOf(each)));
  const everywhere = enabled.filter((row) => !assigned.has(row.id));
  if (own.length === 0) return everywhere;
  const hidden = new Set(own.map((row) => keyOf(kind.spoken(row))));
  return [...own, ...everywhere.filter((row) => !hidden.has(keyOf(kind.spoken(row))))];
}

function keyOf(spoken: string): string {
  return spokenKey(tokenise(spoken));
}

/** Rules compiled for many texts; compile them again when a rule or the context changes. */
export interface CompiledRules {
  readonly dictionary: Dictionary;
  readonly commands: VoiceCommands;
}

export interface RuledText extends Expansion {
  /** The text is to be typed only if this is `none`. */
  outcome: CommandMatch;
}

export function compileRules({ entries, commands }: TextRules): CompiledRules {
  return { dictionary: compileDictionary(entries), commands: compileCommands(commands) };
}

/** What becomes of recognised text: the dictionary is applied first, then the commands to its result. */
export function applyRules({ dictionary, commands }: CompiledRules, rawText: string): RuledText {
  const expansion = expand(dictionary, rawText);
  return { ...expansion, outcome: matchCommand(commands, expansion.text) };
}
