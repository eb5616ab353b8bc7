import { describeEngineContract } from '../../contract/engine.contract.ts';
import { describeConnectionContract } from '../../contract/connection.contract.ts';
import { describeLedgerContract } from '../../contract/ledger.contract.ts';
import { embeddedHarness } from '../../support/embedded-harness.ts';

describeEngineContract('embedded', () => embeddedHarness());
describeConnectionContract('embedded', { create: () => embeddedHarness(), writesSettleMs: 0 });
describeLedgerContract('embedded', () => embeddedHarness());
