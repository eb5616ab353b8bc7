import { readRepoFile } from './repo-files.ts';

/** The words and phrases that the glossary lists after «Not». */
export function retiredWords(glossary = readRepoFile('docs/GLOSSARY.md')): string[] {
  const lists = [...glossary.matchAll(/_Not:([^_]+)\._/g)].map((match) => match[1]!);
  return lists.flatMap((list) => list.split(',').map((word) => word.trim().replaceAll(/\s+/g, ' ')));
}

/** Where a text uses one of the words, as `line: words`; in identifiers and across line ends as well. */
export function usesOf(words: readonly string[], text: string): string[] {
  const anyWord = words.join('|').replaceAll(' ', String.raw`\s+`);
  const plain = plainWords(text);
  return [...plain.matchAll(new RegExp(`\\b(?:${anyWord})s?\\b`, 'g'))].map(
    ({ 0: found, index }) => `${lineAt(plain, index)}: ${found.replaceAll(/\s+/g, ' ')}`,
  );
}

/** The words in lower case, without what joins them to identifiers and without what begins a line of a comment. */
function plainWords(text: string): string {
  return text
    .replaceAll(/(?<=[a-z\d])(?=[A-Z])|[_-]/g, ' ')
    .replaceAll(/^[ \t]*(?:\/\*\*|\*|\/\/[/!]?|#)[ \t]?/gm, ' ')
    .toLowerCase();
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}
