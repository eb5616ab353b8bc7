import { posix } from 'node:path';
import { readRepoFile, readRepoFiles, repoFiles } from '../support/repo-files.ts';

const DOCUMENTS = readRepoFiles(/^(?:README|CONTRIBUTING|docs\/(?:adr\/)?[\w-]+)\.md$/);
const CODE_FILE = /\.(?:ts|mjs|rs|py|md)$/;

const scripts = Object.keys((JSON.parse(readRepoFile('package.json')) as { scripts: object }).scripts);
const topLevel = new Set(repoFiles.map((path) => path.split('/')[0]!));
const programs = readRepoFiles(/^src\/cli\/program[\w-]*\.ts$/)
  .map(([, text]) => text)
  .join('\n');
/** Commands by their words: `start`, `spacetimedb install`. */
const commands = new Set(
  [...programs.matchAll(/(\w+)\s*\.command\('(\w+)'\)/g)].map(([, parent, name]) =>
    parent === 'program' ? name! : `${parent} ${name}`,
  ),
);

/** Code spans and code blocks of a page. */
function codeOf(page: string): string[] {
  const fenced = page.matchAll(/^```\w*\n([\s\S]*?)^```$/gm);
  const indented = page.matchAll(/^ {4}(.*)$/gm);
  const spans = page.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/`([^`\n]+)`/g);
  return [...fenced, ...indented, ...spans].map((match) => match[1]!);
}

/** Code spans that name something in this repository, and where links lead, from the root. */
function pathsOf(page: string, document: string): string[] {
  const spans = codeOf(page).filter(
    (code) =>
      /^[\w.<@-][\w./<>*@-]*$/.test(code) && (topLevel.has(code.split('/')[0]!) || CODE_FILE.test(code)),
  );
  const links = [...page.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)]
    .map((match) => match[1]!)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => posix.join(posix.dirname(document), target));
  return [...spans, ...links];
}

/** `<area>` and `*` stand for any name; a path without a folder may lie in any. */
function exists(path: string): boolean {
  const escaped = path.replace(/\/$/, '').replaceAll(/[.+]/g, String.raw`\$&`);
  const pattern = new RegExp(`(?:^|/)${escaped.replaceAll(/<[^>]*>|\*+/g, '[^/]+')}(?:/|$)`);
  return repoFiles.some((file) => pattern.test(file));
}

function unknownScripts(page: string): string[] {
  const runs = page.matchAll(/\bnpm run (?:-\S+ )*([\w:-]+)/g);
  return [...runs].map((match) => match[1]!).filter((name) => !scripts.includes(name));
}

function unknownCommands(page: string): string[] {
  const calls = codeOf(page).flatMap((code) => [
    ...code.matchAll(/(?:^|npx |&& )heycat ([a-z]+)(?: ([a-z]+))?/gm),
  ]);
  return calls
    .map(([, first, second]) => [first!, `${first} ${second}`])
    .filter(([first, both]) => !isCommand(first!, both!))
    .map(([, both]) => both!);
}

/** A command that has subcommands needs one of them. */
function isCommand(first: string, both: string): boolean {
  const hasOthers = [...commands].some((name) => name.startsWith(`${first} `));
  return commands.has(both) || (commands.has(first) && !hasOthers);
}

describe('documents', () => {
  it.each(DOCUMENTS)('REP3 %s names paths that exist', (document, page) => {
    expect(pathsOf(page, document).filter((path) => !exists(path))).toEqual([]);
  });

  it.each(DOCUMENTS)('REP3 %s names commands that exist, and has one title', (_, page) => {
    expect(unknownScripts(page)).toEqual([]);
    expect(unknownCommands(page)).toEqual([]);
    expect(page.replaceAll(/^```[\s\S]*?^```$/gm, '').match(/^# .+$/gm)).toHaveLength(1);
  });

  it('REP3 a wrong path or command is noticed', () => {
    const page = [
      'See `src/errors.ts`, `src/gone.ts`, `src/commands/<area>/`, `src/<area>/gone.ts`, `keys/`',
      '[here](../gone.md) [there](IPC.md#frame) [web](https://example.org)',
      '    npm run check && npm run gone && npx heycat gone',
      '`heycat spacetimedb` `heycat spacetimedb install` `npx heycat call x`',
    ].join('\n');
    const wrong = pathsOf(page, 'docs/SPEC.md').filter((path) => !exists(path));
    expect(wrong).toEqual(['src/gone.ts', 'src/<area>/gone.ts', 'gone.md']);
    expect(unknownScripts(page)).toEqual(['gone']);
    expect(unknownCommands(page)).toEqual(['gone undefined', 'spacetimedb undefined']);
    expect(commands).toContain('start');
  });

  const records = DOCUMENTS.filter(([path]) => path.startsWith('docs/adr/'));

  it('REP8 decision records have numbers of their own, which their titles repeat', () => {
    const numbers = records.map(([path]) => posix.basename(path).slice(0, 4));
    expect(numbers.filter((number, index) => numbers.indexOf(number) !== index)).toEqual([]);
    expect(numbers.length).toBeGreaterThan(10);
    for (const [path, text] of records) expect(text).toMatch(`# ${posix.basename(path).slice(0, 4)} `);
  });

  it.each(records)('REP8 %s has each part of a decision record, in order', (_path, text) => {
    expect(partsOf(text)).toEqual(['Status', 'Context', 'Decision', 'Consequences']);
  });

  it('REP8 a part that is missing is noticed', () => {
    expect(partsOf('# 0001 X\n\n**Context.** A **Status.** B\n\n**Decision.** C')).toEqual([
      'Context',
      'Decision',
    ]);
  });
});

function partsOf(record: string): string[] {
  return [...record.matchAll(/^\*\*(\w+)\.\*\*\s+\S/gm)].map((match) => match[1]!);
}
