import { tokenise, withoutPauses, type Token } from './tokens.ts';

/** The phrase of a voice command: words, with parameters between them. */
export interface Phrase {
  /** One more than there are parameters; those at the ends and between adjacent parameters may be empty. */
  literals: readonly (readonly Token[])[];
  parameters: readonly string[];
}

export type Parameters = Record<string, string>;

const PLACEHOLDER = /\{([^{}]+)\}/g;

/** Undefined if the phrase contains no word. */
export function parsePhrase(phrase: string): Phrase | undefined {
  const parameters = [...phrase.matchAll(PLACEHOLDER)].map((match) => match[1]!.trim());
  const literals = phrase.split(/\{[^{}]+\}/).map((literal) => withoutPauses(tokenise(literal)));
  return literals.some((literal) => literal.length > 0) ? { literals, parameters } : undefined;
}

/**
 * The parameters as they appear in `text`, each of at least one word, earlier ones as long as possible; undefined if the
 * phrase does not match.
 * @param said the text's tokens without pauses.
 */
export function readParameters(phrase: Phrase, text: string, said: readonly Token[]): Parameters | undefined {
  const { literals, parameters } = phrase;
  const first = literals[0]!;
  const last = literals.at(-1)!;
  let end = said.length - last.length;
  if (!standsAt(first, said, 0) || !standsAt(last, said, end)) return undefined;
  const values: [string, string][] = [];
  for (let index = parameters.length - 1; index >= 0; index--) {
    const literal = literals[index]!;
    const start = index === 0 ? first.length : endOfLast(literal, said, { from: first.length, before: end });
    if (start === undefined || start >= end) return undefined;
    values.unshift([parameters[index]!, text.slice(said[start]!.start, said[end - 1]!.end)]);
    end = start - literal.length;
  }
  // Not by assignment: a parameter may have the name of a built-in member, such as __proto__.
  return Object.fromEntries(values);
}

function standsAt(literal: readonly Token[], said: readonly Token[], at: number): boolean {
  return literal.every(({ key }, index) => said[at + index]?.key === key);
}

/** The end of the last occurrence that leaves a word before `before` and a word after `from`. */
function endOfLast(
  literal: readonly Token[],
  said: readonly Token[],
  { from, before }: { from: number; before: number },
): number | undefined {
  for (let at = before - literal.length - 1; at > from; at--) {
    if (standsAt(literal, said, at)) return at + literal.length;
  }
  return undefined;
}
