import { readRepoFile, readRepoFiles } from '../support/repo-files.ts';

const ruled = ruledIds(readRepoFile('docs/SPEC.md'));
const tested = [
  ...readRepoFiles(/^test\/.*\.ts$/).flatMap(([path, text]) => titledIds(text).map((id) => ({ id, path }))),
  ...readRepoFiles(/^spacetimedb\/.*\/src\/tests\/.*\.rs$/).flatMap(([path, text]) =>
    rustIds(text).map((id) => ({ id, path })),
  ),
];

/** Ids of the rules of a page, one a list item. */
function ruledIds(page: string): string[] {
  return [...page.matchAll(/^- \*\*([A-Z]{2,4}\d+)\*\* \S/gm)].map((match) => match[1]!);
}

/** Ids that start a test's title: a string at the start of a call's arguments, a row of a table, or a line. */
function titledIds(source: string): string[] {
  const start = /(?:\(|\[|^)\s*(?:'|"|`)((?:[A-Z]{2,4}\d+ )+)/gm;
  return [...source.matchAll(start)].flatMap((match) => match[1]!.trim().split(' '));
}

/** Ids in the names of the module's own tests, `mod5_…`. */
function rustIds(source: string): string[] {
  return [...source.matchAll(/fn ([a-z]+\d+)_/g)].map((match) => match[1]!.toUpperCase());
}

/** Titles of tests that start with no id. */
function untitled(source: string): string[] {
  const titles = source.matchAll(/(?:^|[^.\w])it(?:\.each[\s\S]*?\n?\s*\]?\))?\(\s*(['"`])([^\n]*?)\1/gm);
  return [...titles].map((match) => match[2]!).filter((title) => !/^(?:[A-Z]{2,4}\d+|%s) /.test(title));
}

describe('the rules and their tests', () => {
  it('REP1 every rule has a test', () => {
    const named = new Set(tested.map(({ id }) => id));
    expect(ruled.length).toBeGreaterThan(100);
    expect(ruled.filter((id) => !named.has(id))).toEqual([]);
  });

  it('REP1 every id that a test names is a rule', () => {
    const known = new Set(ruled);
    expect(tested.filter(({ id }) => !known.has(id))).toEqual([]);
  });

  it('REP1 every test names a rule', () => {
    const without = readRepoFiles(/^test\/.*\.ts$/).flatMap(([path, text]) =>
      untitled(text).map((title) => `${path}: ${title}`),
    );
    expect(without).toEqual([]);
  });

  it('REP1 no id stands for two rules', () => {
    expect(ruled.filter((id, index) => ruled.indexOf(id) !== index)).toEqual([]);
  });

  it('REP1 ids are found wherever a test names them', () => {
    const page = '- **AB1** One.\n- **AB2** Two.\n- **AB3**\ntext **AB4** text';
    expect(ruledIds(page)).toEqual(['AB1', 'AB2']);
    // In other quotes, or these samples would count as titles.
    const source = [
      'it(«AB1 x», y);',
      'it.each([1])(\n    «AB2 %s», y);',
      '  [«AB3 row», 1],',
      'onPosix(«AB4 AB5 x»',
    ].join('\n');
    const quoted = (text: string) => text.replaceAll(/[«»]/g, "'");
    expect(titledIds(quoted(source))).toEqual(['AB1', 'AB2', 'AB3', 'AB4', 'AB5']);
    expect(rustIds('fn mod5_a_key() {} fn helper() {}')).toEqual(['MOD5']);
    expect(untitled(quoted('it(«AB1 x», y);\nit(«works», z);\n  it(\n  «also», z);'))).toEqual([
      'works',
      'also',
    ]);
    expect(untitled(quoted('it.each([\n  [1],\n])(«works %s», z);'))).toEqual(['works %s']);
  });
});
