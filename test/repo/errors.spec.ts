import { ERRORS } from '../../src/errors.ts';
import { readRepoFile } from '../support/repo-files.ts';

const ROW = /^\| ([A-Z_]+) +\| (-\d+) +\| (yes|no) +\| (.+?) +\|$/gm;

describe('the table of errors', () => {
  it('REP2 stands in docs/SPEC.md as in src/errors.ts', () => {
    const told = [...readRepoFile('docs/SPEC.md').matchAll(ROW)].map(([, code, rpc, retryable, sentence]) => [
      code,
      { rpc: Number(rpc), sentence, retryable: retryable === 'yes' },
    ]);
    expect(told).toEqual(Object.entries(ERRORS));
  });

  it('REP2 gives every error a number of its own', () => {
    const numbers = Object.values(ERRORS).map(({ rpc }) => rpc);
    expect(new Set(numbers).size).toBe(numbers.length);
  });
});
