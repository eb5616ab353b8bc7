import { describeWithServer } from '../support/spacetimedb.ts';
import { FAULTS, NOTHING_WRONG, runCampaign, SEED } from './campaign.ts';

/**
 * A 1.x server forgets its last writes when it ends, acknowledged or not. What follows from it is counted and printed,
 * and becomes an expectation by emptying this: a lost row is not there to be changed, its seq is given again.
 */
const FOLLOWS_FROM_LOSS = {
  lost: expect.any(Number) as number,
  wrongly_decided: expect.any(Number) as number,
  skipped: expect.any(Number) as number,
  repeated: expect.any(Number) as number,
  diverged: expect.any(Number) as number,
  missing: expect.any(Number) as number,
};

describeWithServer('the service on the sidecar', () => {
  it(
    `APP39 applies nothing twice or out of order, whenever it or its server is killed, ended or paused (${FAULTS} faults, seed ${SEED})`,
    async () => {
      const round = await runCampaign('sidecar');
      expect(round).toMatchObject({ ...NOTHING_WRONG, ...FOLLOWS_FROM_LOSS });
      expect(round.acknowledged).toBeGreaterThan(FAULTS);
    },
    60_000 + FAULTS * 20_000,
  );
});
