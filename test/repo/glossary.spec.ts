import { readRepoFiles } from '../support/repo-files.ts';
import { retiredWords, usesOf } from '../support/retired-words.ts';

const DOCUMENTS = /^(?:README|CONTRIBUTING|CHANGELOG|docs\/(?!GLOSSARY).*)\.md$/;
const CODE = /^(?:scripts|src)\/.*\.m?[jt]s$/;
/** Wire names that clients read and that therefore stay. */
const KEPT = /\btold_ms\b/g;

const retired = retiredWords();

function usesIn(files: RegExp): string[] {
  return readRepoFiles(files).flatMap(([path, text]) => [
    ...usesOf(retired, path).map(() => path),
    ...usesOf(retired, text.replaceAll(KEPT, '')).map((use) => `${path}:${use}`),
  ]);
}

describe('the retired words of the glossary', () => {
  it('REP7 are in no document', () => {
    expect(usesIn(DOCUMENTS)).toEqual([]);
  });

  it('REP7 are in no code of the service and of its scripts', () => {
    expect(usesIn(CODE)).toEqual([]);
  });

  it('REP7 are found wherever they are used, and nothing else is', () => {
    const words = retiredWords(
      '- **a**: one. _Not: tell, sign\n  of life, warm._\n- **b**: two. _Not: of before._',
    );
    expect(words).toEqual(['tell', 'sign of life', 'warm', 'of before']);
    const used = [
      'It tells.',
      'const tellUser = 1;',
      'take-teller, tell-all.ts',
      '/** A sign of',
      ' * life. */',
      'is_warm',
    ];
    expect(usesOf(words, used.join('\n'))).toEqual([
      '1: tells',
      '2: tell',
      '3: tell',
      '4: sign of life',
      '6: warm',
    ]);
    expect(usesOf(words, 'satellite, intellect, warmth, a sign of age, of\nold, before')).toEqual([]);
    expect(retired.length).toBeGreaterThan(20);
  });
});
