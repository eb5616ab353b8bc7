/**
 * A word; one character of a script that writes words together (`free`); or one character that is none.
 * Two words never touch, so a complete token is a match at word boundaries.
 */
export interface Token {
  kind: 'word' | 'free' | 'symbol';
  /** Equal for spellings that differ only in case or in how accents are composed. */
  key: string;
  /** The key, with a leading blank if the text has white space before it. */
  joined: string;
  /** UTF-16 offsets into the text; `end` is exclusive. */
  start: number;
  end: number;
  /** True if there is white space before it. */
  gap: boolean;
}

const FREE = String.raw`[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]`;
const TOKEN = new RegExp(
  String.raw`(\s+)|((?=[\p{L}\p{N}])${FREE}\p{M}*)|((?:(?!${FREE})[\p{L}\p{N}_][\p{M}\u200c\u200d]*)+)|.\p{M}*`,
  'gsu',
);

/** The marks that end a sentence or a part of one. */
export const PUNCTUATION = '.!?,;:';
const SENTENCE_MARKS = new Set([...PUNCTUATION, ...'…。，！？、；：']);

export function tokenise(text: string): Token[] {
  const tokens: Token[] = [];
  let gap = false;
  for (const { 0: found, 1: blanks, 2: free, 3: word, index } of text.matchAll(TOKEN)) {
    if (blanks !== undefined) {
      gap = true;
      continue;
    }
    const kind = word !== undefined ? 'word' : free !== undefined ? 'free' : 'symbol';
    const key = fold(found);
    tokens.push({ kind, key, joined: gap ? ` ${key}` : key, start: index, end: index + found.length, gap });
    gap = false;
  }
  return tokens;
}

/** Folds case, except that the Turkish dotless ı is a separate letter. */
function fold(text: string): string {
  const parts = text.normalize('NFC').split('ı');
  return parts.map((part) => part.toUpperCase().toLowerCase()).join('ı');
}

/** A key that ignores case, leading and trailing white space, and the amount of white space. */
export function spokenKey(tokens: readonly Token[]): string {
  return tokens.map((token, index) => stepKey(token, index)).join('');
}

/** The key of a token at this position of a trigger: white space counts within the trigger, not before it. */
export function stepKey({ key, joined }: Token, index: number): string {
  return index === 0 ? key : joined;
}

/** Without the punctuation that a recogniser writes for a pause; a point inside `3.5` stays. */
export function withoutPauses(tokens: readonly Token[]): Token[] {
  return tokens.filter(({ key }, index) => {
    const next = tokens[index + 1];
    return !SENTENCE_MARKS.has(key) || (next?.gap === false && !SENTENCE_MARKS.has(next.key));
  });
}
