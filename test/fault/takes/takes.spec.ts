import { describeOnEngines } from '../../support/engines.ts';
import { describeWithModel } from '../../support/speech.ts';
import { runTakeRound, type TakeRound } from './take-round.ts';

const KILLS = Number(process.env['HEYCAT_TAKE_KILLS'] ?? (process.env['CI'] ? 10 : 3));
const SEED = Number(process.env['HEYCAT_SEED'] ?? Date.now() % 1_000_000);
/** A folder goes through so many and is judged; then a new one begins. */
const KILLS_PER_FOLDER = 20;

const NOTHING_WRONG: Partial<TakeRound> = {
  lost_ms: 0,
  garbled: 0,
  unplayable: 0,
  unlisted: 0,
  listed_twice: 0,
  transcribed_twice: 0,
  without_text: 0,
};

describeWithModel('takes of a service that is killed', () => {
  describeOnEngines('at any moment', (engine) => {
    it(
      `TAK70 are whole up to the last second, listed once and transcribed once (${KILLS} kills, seed ${SEED})`,
      async () => {
        for (let done = 0; done < KILLS; done += KILLS_PER_FOLDER) {
          const round = await runTakeRound(engine, Math.min(KILLS_PER_FOLDER, KILLS - done), SEED + done);
          process.stderr.write(`takes, ${engine}, seed ${SEED + done}: ${JSON.stringify(round)}\n`);
          expect(round).toMatchObject(NOTHING_WRONG);
        }
      },
      60_000 + KILLS * 20_000,
    );
  });
});
