import { describeConnectionContract } from '../../contract/connection.contract.ts';
import { describeLedgerContract } from '../../contract/ledger.contract.ts';
import { sidecarHarness } from '../../support/sidecar-harness.ts';
import { describeWithServer } from '../../support/spacetimedb.ts';

describeWithServer('sidecar', () => {
  // The server writes its log every 500 ms.
  describeConnectionContract('sidecar', {
    create: () => sidecarHarness({ settleMs: 0 }),
    writesSettleMs: 1_200,
  });
  describeLedgerContract('sidecar', () => sidecarHarness({ settleMs: 0 }));
});
