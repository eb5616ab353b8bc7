import { describeWithServer } from '../support/spacetimedb.ts';
import { FAULTS, NOTHING_WRONG, runCampaign, SEED } from './campaign.ts';

describeWithServer('the service on the sidecar', () => {
  it(
    `APP39 loses nothing, and applies nothing twice or out of order, whenever it or its server is killed, ended or paused (${FAULTS} faults, seed ${SEED})`,
    async () => {
      const round = await runCampaign('sidecar');
      expect(round).toMatchObject(NOTHING_WRONG);
      expect(round.acknowledged).toBeGreaterThan(FAULTS);
    },
    60_000 + FAULTS * 20_000,
  );
});
