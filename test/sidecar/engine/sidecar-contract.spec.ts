import { describeEngineContract } from '../../contract/engine.contract.ts';
import { sidecarHarness } from '../../support/sidecar-harness.ts';
import { describeWithServer } from '../../support/spacetimedb.ts';

describeWithServer('sidecar', () => {
  describeEngineContract('sidecar', () => sidecarHarness());
});
