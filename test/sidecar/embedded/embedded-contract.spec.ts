import { describeEngineContract } from '../../contract/engine.contract.ts';
import { describeLinkContract } from '../../contract/link.contract.ts';
import { describeLedgerContract } from '../../contract/ledger.contract.ts';
import { embeddedHarness } from '../../support/embedded-harness.ts';

describeEngineContract('embedded', () => embeddedHarness());
describeLinkContract('embedded', { create: () => embeddedHarness(), writesSettleMs: 0 });
describeLedgerContract('embedded', () => embeddedHarness());
