import type { TestedEngine } from '../support/engines.ts';
import type { Verdict } from './model.ts';
import { runRound, type Round } from './round.ts';
import { sum } from './sum.ts';

export const FAULTS = Number(process.env['HEYCAT_FAULTS'] ?? (process.env['CI'] ? 20 : 4));
export const SEED = Number(process.env['HEYCAT_SEED'] ?? Date.now() % 1_000_000);
/** A folder goes through so many and is judged; then a new one begins. */
const FAULTS_PER_FOLDER = 20;

/** What nobody may see. */
export const NOTHING_WRONG: Verdict & Pick<Round, 'differs_after_restart' | 'differs_after_rebuild'> = {
  lost: 0,
  doubled: 0,
  torn: 0,
  out_of_order: 0,
  misplaced: 0,
  refused_yet_logged: 0,
  wrongly_decided: 0,
  unanswered: 0,
  strange: 0,
  holes: 0,
  skipped: 0,
  repeated: 0,
  diverged: 0,
  missing: 0,
  differs_after_restart: 0,
  differs_after_rebuild: 0,
};

/** All rounds together; each is printed as it ends. */
export async function runCampaign(engine: TestedEngine): Promise<Round> {
  const rounds: Round[] = [];
  for (let done = 0; done < FAULTS; done += FAULTS_PER_FOLDER) {
    const round = await runRound(engine, Math.min(FAULTS_PER_FOLDER, FAULTS - done), SEED + done);
    rounds.push(round);
    print(`${engine}, seed ${SEED + done}`, round);
  }
  const total = rounds.reduce(sum);
  if (rounds.length > 1) print(`${engine}, all ${FAULTS} faults`, total);
  return total;
}

function print(title: string, round: Round): void {
  process.stderr.write(`${title}: ${JSON.stringify(round)}\n`);
}
