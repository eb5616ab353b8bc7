import { HeycatError } from '../../../errors.ts';
import { MODIFIER_NAMES, MODIFIERS, OTHER_KEYS, TYPING_KEYS, type Modifier, type Side } from './key-codes.ts';

/** A key together with exactly these modifiers. */
export interface Combination {
  /** Codes of the key; several for a modifier of either side. */
  keys: readonly number[];
  /** Must be held, and no others; `any` for either side. */
  modifiers: Readonly<Partial<Record<Modifier, Side | 'any'>>>;
  /** Set if the key itself is a modifier. */
  own: Modifier | undefined;
}

type Word =
  | { kind: 'modifier'; modifier: Modifier; side: Side | 'any' }
  | { kind: 'key'; code: number; isTyping: boolean };

function refuse(text: string, why: string): HeycatError {
  const sentence = `The combination «${text}» ${why}; a good one is Ctrl+Shift+R or F13.`;
  return new HeycatError('INVALID_ARGUMENT', sentence, { field: 'combination' });
}

function wordOf(name: string): Word | undefined {
  const typed = TYPING_KEYS.get(name);
  const code = typed ?? OTHER_KEYS.get(name);
  if (code !== undefined) return { kind: 'key', code, isTyping: typed !== undefined };
  const [, side, plain = ''] = /^(left|right)?(.+)$/.exec(name) ?? [];
  const modifier = MODIFIER_NAMES.get(plain);
  if (modifier === undefined) return undefined;
  return { kind: 'modifier', modifier, side: (side as Side | undefined) ?? 'any' };
}

/**
 * Reads a combination such as `Ctrl+Shift+R`, `Command+R`, `F13` or `RightAlt`: modifiers (`Left` or `Right` before one
 * means that side only), then one key, with `+` between.
 * @throws HeycatError INVALID_ARGUMENT with details.field `combination`.
 */
export function parseCombination(text: string): Combination {
  const names = text.split('+').map((name) => name.trim().toLowerCase());
  const words = names.map((name) => {
    const word = wordOf(name);
    if (word === undefined) throw refuse(text, `has no key «${name}»`);
    return word;
  });
  const last = words.pop()!;
  const modifiers: Partial<Record<Modifier, Side | 'any'>> = {};
  for (const word of words) {
    if (word.kind === 'key') throw refuse(text, 'has a key before its end');
    if (word.modifier in modifiers) throw refuse(text, `has ${word.modifier} twice`);
    modifiers[word.modifier] = word.side;
  }
  if (last.kind === 'key') {
    const isTyping = last.isTyping && Object.keys(modifiers).every((modifier) => modifier === 'shift');
    if (isTyping)
      throw refuse(text, 'would fire while somebody types, since it has neither Ctrl, Alt nor Meta');
    return { keys: [last.code], modifiers, own: undefined };
  }
  if (last.modifier in modifiers) throw refuse(text, `has ${last.modifier} twice`);
  const { left, right } = MODIFIERS[last.modifier];
  const keys = last.side === 'any' ? [left, right] : [MODIFIERS[last.modifier][last.side]];
  return { keys, modifiers, own: last.modifier };
}
