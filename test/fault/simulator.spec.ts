import { jest } from '@jest/globals';
import { replaceBuiltins } from './simulator/builtins.ts';
import type { Breakage, Outcome } from './simulator/simulation.ts';

const SEEDS = Number(process.env['HEYCAT_SEEDS'] ?? (process.env['CI'] ? 1_000 : 100));
const SEED = Number(process.env['HEYCAT_SEED'] ?? Date.now() % 1_000_000);
/** Seeds that found something once. A change here gives each another history: what was found has a test of its own too. */
const FOUND = [1746];
/** A broken build is found out within so many. */
const BROKEN_SEEDS = 200;
/** More than so many failures say no more. */
const FAILURES_MAX = 3;

replaceBuiltins();
const { simulate } = await import('./simulator/simulation.ts');
const { forgetsReceipts } = await import('./simulator/mutants.ts');
const { RowMirror } = await import('../../src/infra/database/connection/memory.ts');
const { SegmentLog } = await import('../../src/infra/process/files/segment-log.ts');

function* seedsFrom(first: number, count: number): Generator<number> {
  for (let seed = first; seed < first + count; seed += 1) yield seed;
}

function isWell({ wrong, problems }: Outcome): boolean {
  return Object.keys(wrong).length === 0 && problems.length === 0;
}

/** Seeds with which something went wrong; each is printed with its history. */
async function failing(seeds: Iterable<number>): Promise<number[]> {
  const found: number[] = [];
  let [count, commands] = [0, 0];
  for (const seed of seeds) {
    const outcome = await simulate(seed);
    count += 1;
    commands += outcome.commands;
    if (isWell(outcome)) continue;
    const { wrong, problems, history } = outcome;
    const lines = [`seed ${seed}: ${JSON.stringify({ wrong, problems })}`, ...history];
    process.stderr.write(`${lines.join('\n  ')}\n`);
    if (found.push(seed) === FAILURES_MAX) break;
  }
  process.stderr.write(
    `simulated machines: ${count} seeds, ${commands} commands, ${found.length} failures\n`,
  );
  return found;
}

/** What is the first to go wrong with a broken build, and with which seed. */
async function firstFailure(breakage?: Breakage): Promise<Pick<Outcome, 'wrong' | 'problems'> | undefined> {
  for (const seed of seedsFrom(1, BROKEN_SEEDS)) {
    const outcome = await simulate(seed, breakage);
    if (isWell(outcome)) continue;
    const { wrong, problems } = outcome;
    process.stderr.write(`a broken build is found out by seed ${seed}: ${JSON.stringify(wrong)}\n`);
    return { wrong, problems };
  }
  return undefined;
}

describe('the service on a simulated machine', () => {
  it('APP41 does well what once went wrong', async () => {
    expect(await failing(FOUND)).toEqual([]);
  });

  it(
    `APP41 keeps every promise, whatever fails, ends or stands still (${SEEDS} seeds from ${SEED})`,
    async () => {
      expect(await failing(seedsFrom(SEED, SEEDS))).toEqual([]);
    },
    60_000 + SEEDS * 2_000,
  );

  it('APP41 has the same history for the same seed', async () => {
    const outcome = await simulate(SEED);
    await simulate(SEED + 1);
    expect(await simulate(SEED)).toEqual(outcome);
  });

  it('CLK2 APP41 says that the clock was set where it was, and never else', async () => {
    let told = 0;
    for (const seed of seedsFrom(1, 40)) {
      const { history } = await simulate(seed);
      const count = (what: string) => history.filter((each) => each.includes(what)).length;
      expect(count('the clock was set')).toBeLessThanOrEqual(count('fault: set clock'));
      told += count('the clock was set');
    }
    // A service that is down just then, and some who are set by little, say nothing.
    expect(told).toBeGreaterThan(0);
  }, 100_000);

  describe('with a broken build', () => {
    afterEach(() => jest.restoreAllMocks());

    it('APP41 finds out that commands are sent before they are in the journal', async () => {
      expect(await firstFailure({ isDurable: true })).toMatchObject({ wrong: { lost: expect.any(Number) } });
    }, 200_000);

    it('APP41 finds out that nothing is in the journal', async () => {
      jest.spyOn(SegmentLog.prototype, 'append').mockResolvedValue();
      expect(await firstFailure()).toBeDefined();
    }, 200_000);

    it('APP41 finds out that the module knows no receipts', async () => {
      expect(await firstFailure({ hostOf: forgetsReceipts })).toBeDefined();
    }, 200_000);

    it('APP41 finds out that a baseline is not compared with what the read models hold', async () => {
      const { diff } = RowMirror.prototype;
      jest.spyOn(RowMirror.prototype, 'diff').mockImplementation(function (this: object, ...given) {
        diff.apply(this as never, given);
        return [];
      });
      expect(await firstFailure()).toMatchObject({ wrong: { differs_from_rows: 1 } });
    }, 200_000);
  });
});
