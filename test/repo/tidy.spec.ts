import { statSync } from 'node:fs';
import { readRepoFiles, repoFiles } from '../support/repo-files.ts';

const LINES_MAX = 300;
const BYTES_MAX = 3 * 1024 * 1024;

const SOURCES = /^src\/(?!infra\/database\/bindings\/).*\.ts$/;
const TYPESCRIPT = /^(?:src\/(?!infra\/database\/bindings\/)|test\/|examples\/).*\.m?ts$/;
const TEXTS = /\.(?:m?[jt]s|json|rs|toml|md|py)$/;
/** Only what is ours to write. */
const GENERATED = /^package-lock\.json$/;

interface Check {
  of: string;
  files: RegExp;
  wrong: RegExp;
  /** A · is left out, so that this file itself is tidy. */
  bad: string[];
  good: string[];
}

const CHECKS: Check[] = [
  {
    of: 'a marker of work left',
    files: TEXTS,
    wrong: /\b(?:TO[D]O|FI[X]ME|X[X]X)\b/,
    bad: ['// TO·DO later', '# FIX·ME', 'X·XX'],
    good: ['const todos = 1;'],
  },
  {
    of: 'a test that runs alone or not at all',
    files: TYPESCRIPT,
    wrong: /\.only\s*\(|\b(?:it|test|describe)\.(?:skip|todo)\(\s*['"`]|\b(?:xit|xdescribe|fit|fdescribe)\(/,
    bad: ["it.on·ly('x')", "describe.sk·ip('x')", "xi·t('x')"],
    good: ['const onPosix = isWindows ? it.skip : it;', "exit('x')"],
  },
  {
    of: 'an error without a code',
    files: SOURCES,
    wrong: /\bthrow new Error\(/,
    bad: ["throw new Error('x');"],
    good: ["throw new HeycatError('BUSY');"],
  },
  {
    of: 'an environment variable that is read elsewhere than in environment.ts',
    files: /^src\/(?!infra\/(?:database\/bindings|process\/environment\.ts)).*\.ts$/,
    wrong: /\bprocess\.env\b/,
    bad: ["process.env['HOME']"],
    good: ["environment()['HOME']"],
  },
  {
    of: 'a type that is switched off',
    files: SOURCES,
    wrong: /@ts-(?:ignore|nocheck|expect-error)|\bas any\b(?! \w)|: any\b(?! \w)|<any\b/,
    bad: ['// @ts-ignore', 'x as any)', 'x: any,', 'Map<any, string>'],
    good: ['// the same as any other', 'many: Anyone', '// so: any of them'],
  },
  {
    of: 'code that is commented out',
    files: TYPESCRIPT,
    wrong: /^\s*\/\/\s*(?:const|let|if|for|return|await|import|export|throw|expect)\b.*[;{]$/m,
    bad: ['  // const a = 1;', '//if (x) {', '// await work();'],
    good: ['// if it is there, it stays', 'const a = 1; // let it be'],
  },
  {
    of: 'an export of everything',
    files: SOURCES,
    wrong: /^export \*/m,
    bad: ["export * from './x.ts';"],
    good: ["export { x } from './x.ts';"],
  },
  { of: 'a tab', files: TYPESCRIPT, wrong: /\t/, bad: ['a\tb'], good: ['a  b', String.raw`'\t'`] },
];

function tooLong(text: string): boolean {
  return text.split('\n').length - 1 > LINES_MAX;
}

describe('the sources', () => {
  it.each(CHECKS)('REP4 hold nowhere $of', ({ files, wrong }) => {
    const found = readRepoFiles(files)
      .filter(([path, text]) => !GENERATED.test(path) && wrong.test(text))
      .map(([path, text]) => `${path}: ${wrong.exec(text)![0]}`);
    expect(found).toEqual([]);
  });

  it.each(CHECKS)('REP4 $of would be found, and nothing else', ({ wrong, bad, good }) => {
    expect(bad.filter((sample) => !wrong.test(sample.replace('·', '')))).toEqual([]);
    expect(good.filter((sample) => wrong.test(sample))).toEqual([]);
  });

  it('REP4 have files that can be read at once', () => {
    expect(tooLong('x\n'.repeat(LINES_MAX)) || !tooLong('x\n'.repeat(LINES_MAX + 1))).toBe(false);
    const long = readRepoFiles(SOURCES).filter(([, text]) => tooLong(text));
    expect(long.map(([path]) => path)).toEqual([]);
  });

  it('REP4 hold nothing of more than 3 MB', () => {
    const root = new URL('../../', import.meta.url);
    const sizes = repoFiles.map((path) => ({ path, bytes: statSync(new URL(path, root)).size }));
    expect(sizes.some(({ bytes }) => bytes > 100_000)).toBe(true);
    expect(sizes.filter(({ bytes }) => bytes > BYTES_MAX)).toEqual([]);
  });
});
