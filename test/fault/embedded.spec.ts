import { FAULTS, NOTHING_WRONG, runCampaign, SEED } from './campaign.ts';

describe('the service on the embedded engine', () => {
  it(
    `APP39 keeps every promise, whenever it is killed, ended or paused (${FAULTS} faults, seed ${SEED})`,
    async () => {
      const round = await runCampaign('embedded');
      expect(round).toMatchObject({ ...NOTHING_WRONG, announced_gaps: 0 });
      expect(round.acknowledged).toBeGreaterThan(FAULTS);
    },
    60_000 + FAULTS * 20_000,
  );
});
