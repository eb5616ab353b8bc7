import type { DictionaryEntryRow } from '../../../events/rows.ts';
import { PUNCTUATION, spokenKey, stepKey, tokenise, type Token } from './tokens.ts';

interface Node {
  entry?: DictionaryEntryRow;
  next: Map<string, Node>;
}

interface CompleteMatch {
  entry: DictionaryEntryRow;
  /** Place in the list: the first of several wins. */
  order: number;
}

/** Entries compiled for many texts. */
export interface Dictionary {
  /** Triggers as paths of tokens. */
  readonly inline: Node;
  /** Entries for complete inputs, by their trigger. */
  readonly complete: ReadonlyMap<string, CompleteMatch>;
  /** Those of them that are blind to final punctuation. */
  readonly completeBare: ReadonlyMap<string, CompleteMatch>;
}

export interface Expansion {
  text: string;
  /** An applied entry wants Enter pressed after the text. */
  auto_enter: boolean;
  /** Which entries were applied, and where in the given text (UTF-16 offset). */
  applied: { id: number; at: number }[];
}

/** Among entries with the same trigger the first one applies; disabled ones are left out. */
export function compileDictionary(entries: Iterable<DictionaryEntryRow>): Dictionary {
  const inline: Node = { next: new Map() };
  const complete = new Map<string, CompleteMatch>();
  const completeBare = new Map<string, CompleteMatch>();
  let order = 0;
  for (const entry of entries) {
    const tokens = tokenise(entry.trigger);
    if (!entry.enabled || tokens.length === 0) continue;
    if (!entry.complete_match_only) addInline(inline, tokens, entry);
    else if (entry.disable_suffix) addFirst(completeBare, bareKey(tokens), { entry, order: order++ });
    else addFirst(complete, spokenKey(tokens), { entry, order: order++ });
  }
  return { inline, complete, completeBare };
}

function addFirst(entries: Map<string, CompleteMatch>, key: string, entry: CompleteMatch): void {
  if (!entries.has(key)) entries.set(key, entry);
}

function addInline(root: Node, tokens: readonly Token[], entry: DictionaryEntryRow): void {
  let node = root;
  for (const [index, token] of tokens.entries()) {
    const step = stepKey(token, index);
    let next = node.next.get(step);
    if (next === undefined) node.next.set(step, (next = { next: new Map() }));
    node = next;
  }
  node.entry ??= entry;
}

/** Without final punctuation, unless there is nothing else. */
function bareKey(tokens: readonly Token[]): string {
  const last = tokens.findLastIndex(({ key }) => !PUNCTUATION.includes(key));
  return spokenKey(last < 0 ? tokens : tokens.slice(0, last + 1));
}

/**
 * Replaces triggers in one pass from left to right, at each place the longest; what was replaced is not looked at
 * again. An entry for complete inputs that fits comes before all others.
 */
export function expand(dictionary: Dictionary, text: string): Expansion {
  const tokens = tokenise(text);
  const complete = completeMatch(dictionary, tokens);
  if (complete === undefined) return expandInline(dictionary.inline, text, tokens);
  return {
    text: replacementOf(complete),
    auto_enter: complete.auto_enter,
    applied: [{ id: complete.id, at: tokens[0]!.start }],
  };
}

function completeMatch(dictionary: Dictionary, tokens: readonly Token[]): DictionaryEntryRow | undefined {
  if (tokens.length === 0 || dictionary.complete.size + dictionary.completeBare.size === 0) return undefined;
  const exact = dictionary.complete.get(spokenKey(tokens));
  const bare = dictionary.completeBare.get(bareKey(tokens));
  if (exact === undefined || bare === undefined) return (exact ?? bare)?.entry;
  return exact.order < bare.order ? exact.entry : bare.entry;
}

function expandInline(root: Node, text: string, tokens: readonly Token[]): Expansion {
  const parts: string[] = [];
  const applied: Expansion['applied'] = [];
  let auto_enter = false;
  let copied = 0;
  let index = 0;
  while (index < tokens.length) {
    const found = longestAt(root, tokens, index);
    if (found === undefined) {
      index++;
      continue;
    }
    const { entry, next } = found;
    const at = tokens[index]!.start;
    parts.push(text.slice(copied, at), replacementOf(entry));
    applied.push({ id: entry.id, at });
    auto_enter ||= entry.auto_enter;
    copied = tokens[next - 1]!.end;
    if (entry.disable_suffix) while (copied < text.length && PUNCTUATION.includes(text[copied]!)) copied++;
    index = next;
    while (index < tokens.length && tokens[index]!.start < copied) index++;
  }
  parts.push(text.slice(copied));
  return { text: parts.join(''), auto_enter, applied };
}

function replacementOf({ replacement, suffix, disable_suffix }: DictionaryEntryRow): string {
  return disable_suffix ? replacement : replacement + (suffix ?? '');
}

function longestAt(root: Node, tokens: readonly Token[], from: number) {
  let best: { entry: DictionaryEntryRow; next: number } | undefined;
  let node: Node | undefined = root;
  if (!standsFree(tokens[from - 1], tokens[from]!, tokens[from])) return undefined;
  for (let index = from; index < tokens.length; index++) {
    const token: Token = tokens[index]!;
    node = node.next.get(stepKey(token, index - from));
    if (node === undefined) break;
    const { entry } = node;
    if (entry !== undefined && standsFree(tokens[index + 1], token, tokens[index + 1])) {
      best = { entry, next: index + 1 };
    }
  }
  return best;
}

/**
 * Whether a match may have this edge. Words are complete anyway; a symbol at the edge must neither touch a word, as in
 * `asp.net` for `.net`, nor go on, as in `c+++` for `c++`.
 * @param right the right one of edge and neighbour: its gap lies between them.
 */
function standsFree(neighbour: Token | undefined, edge: Token, right: Token | undefined): boolean {
  if (neighbour === undefined || right?.gap === true || edge.kind !== 'symbol') return true;
  return neighbour.kind !== 'word' && neighbour.key !== edge.key;
}
