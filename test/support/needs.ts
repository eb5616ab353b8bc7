/** Something that a machine may lack, and how to get it. */
export interface Need {
  found: boolean;
  /** A sentence: what is missing and what to do. */
  advice: string;
}

/** A describe block that needs something: without it fails in CI, and elsewhere is skipped with a line that says so. */
export function describeWith({ found, advice }: Need, name: string, tests: () => void): void {
  if (found) {
    describe(name, tests);
    return;
  }
  if (process.env['CI']) {
    describe(name, () => {
      it('MIC20 what its tests need is there', () => {
        throw new Error(advice);
      });
    });
    return;
  }
  process.stderr.write(`Skipped «${name}»: ${advice}\n`);
  describe.skip(name, tests);
}
