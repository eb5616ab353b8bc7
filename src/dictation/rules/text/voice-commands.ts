import type { VoiceCommandRow } from '../../../events/rows.ts';
import type { CommandCandidate } from '../../../events/voice-command-events.ts';
import { similarity } from './edit-distance.ts';
import { parsePhrase, readParameters, type Parameters, type Phrase } from './phrase.ts';
import { spokenKey, tokenise, withoutPauses, type Token } from './tokens.ts';

/** The least similarity that is a match. */
const LEAST = 0.8;
/** Candidates that near to the best one cannot be distinguished. */
const AMBIGUOUS_WITHIN = 0.1;
/** Tolerance for rounding errors. */
const EPSILON = 1e-9;

export type CommandMatch =
  | { kind: 'none' }
  | { kind: 'matched'; command: VoiceCommandRow; confidence: number; parameters: Parameters }
  /** Best first; none is exact. */
  | { kind: 'ambiguous'; candidates: CommandCandidate[] };

interface Speakable {
  command: VoiceCommandRow;
  phrase: Phrase;
}

/** Commands compiled for many texts. */
export interface VoiceCommands {
  /** Without parameters, by their spoken key. */
  readonly plain: ReadonlyMap<string, VoiceCommandRow>;
  /** The same commands, as characters for comparison. */
  readonly characters: readonly { command: VoiceCommandRow; characters: readonly string[] }[];
  /** With parameters, most specific first. */
  readonly parametric: readonly Speakable[];
}

/** Ignores disabled commands and phrases without a word; of equal phrases the first one is used. */
export function compileCommands(commands: Iterable<VoiceCommandRow>): VoiceCommands {
  const plain = new Map<string, VoiceCommandRow>();
  const parametric: Speakable[] = [];
  for (const command of commands) {
    const phrase = command.enabled ? parsePhrase(command.phrase) : undefined;
    if (phrase === undefined) continue;
    if (phrase.parameters.length > 0) parametric.push({ command, phrase });
    else {
      const key = spokenKey(phrase.literals[0]!);
      if (!plain.has(key)) plain.set(key, command);
    }
  }
  parametric.sort(bySpecificity);
  const characters = [...plain].map(([key, command]) => ({ command, characters: [...key] }));
  return { plain, characters, parametric };
}

/** More words before the first parameter come first, then more words in total. */
function bySpecificity({ phrase: a }: Speakable, { phrase: b }: Speakable): number {
  return size(b.literals[0]!) - size(a.literals[0]!) || size(b.literals.flat()) - size(a.literals.flat());
}

function size(literal: readonly Token[]): number {
  return literal.reduce((sum, { key }) => sum + key.length, literal.length);
}

/**
 * Finds the command that a text is. Case, punctuation that stands for a pause and repeated blanks do not count. An exact
 * match always holds, the more specific one first; otherwise the most alike, unless another is nearly as alike.
 */
export function matchCommand(commands: VoiceCommands, text: string): CommandMatch {
  const said = withoutPauses(tokenise(text));
  if (said.length === 0) return { kind: 'none' };
  const key = spokenKey(said);
  const command = commands.plain.get(key);
  if (command !== undefined) return { kind: 'matched', command, confidence: 1, parameters: {} };
  for (const { command, phrase } of commands.parametric) {
    const parameters = readParameters(phrase, text, said);
    if (parameters !== undefined) return { kind: 'matched', command, confidence: 1, parameters };
  }
  return mostAlike(commands, key);
}

function mostAlike(commands: VoiceCommands, said: string): CommandMatch {
  const saidCharacters = [...said];
  const found: { command: VoiceCommandRow; confidence: number }[] = [];
  for (const { command, characters } of commands.characters) {
    const confidence = similarity(saidCharacters, characters, LEAST);
    if (confidence !== undefined) found.push({ command, confidence });
  }
  found.sort((a, b) => b.confidence - a.confidence || a.command.id - b.command.id);
  const [best] = found;
  if (best === undefined) return { kind: 'none' };
  const near = found.filter(({ confidence }) => best.confidence - confidence <= AMBIGUOUS_WITHIN + EPSILON);
  if (near.length === 1) return { kind: 'matched', ...best, parameters: {} };
  const candidates = near.map(({ command, confidence }) => ({
    id: command.id,
    phrase: command.phrase,
    confidence,
  }));
  return { kind: 'ambiguous', candidates };
}
