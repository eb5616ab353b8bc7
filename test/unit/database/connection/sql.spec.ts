import { readFile } from 'node:fs/promises';
import { openModuleHost } from '../../../../src/infra/database/embedded/host/open-module-host.ts';
import { bestRange } from '../../../../src/infra/database/embedded/protocol/filter.ts';
import { planQuery } from '../../../../src/infra/database/embedded/protocol/plan.ts';
import { modulePath } from '../../../../src/infra/database/module-file.ts';
import { receiptsAfter, selectOwn, type Selection } from '../../../../src/infra/database/connection/sql.ts';

const USER = `c200${'0123456789abcdef'.repeat(4).slice(4)}`;

async function moduleSchema() {
  const identity = new Uint8Array(32);
  const wasm = await readFile(modulePath());
  const host = await openModuleHost({ wasm, folder: undefined, databaseIdentity: identity, owner: identity });
  await host.close();
  return host.schema;
}

describe("the connection's queries", () => {
  it('LNK14 name keys as the module makes them', () => {
    expect(selectOwn('event_log', USER, { from: 1, to: 2 })).toBe(
      `SELECT * FROM event_log WHERE owner_identity = 0x${USER} AND ` +
        `row_key >= ${BigInt('0x0123456789abcdef0000000000000001')} AND row_key <= ${BigInt('0x0123456789abcdef0000000000000002')}`,
    );
    expect(selectOwn('command_receipts', USER, { name: "it's" })).toBe(
      `SELECT * FROM command_receipts WHERE owner_identity = 0x${USER} AND row_key = '0123456789abcdef/it''s'`,
    );
  });

  it.each<[string, Selection]>([
    ['recordings', { from: 0 }],
    ['event_log', { from: 7 }],
    ['event_log', { from: 7, to: 9, where: "area = 'recordings'" }],
    ['command_receipts', receiptsAfter(7)],
    ['command_receipts', { name: 'c1' }],
  ])('LNK14 %s %j is found by an index that is bounded on both sides', async (table, selection) => {
    const subscriber = { identity: Buffer.from(USER, 'hex').toReversed(), isOwner: false };
    const [plan] = planQuery(await moduleSchema(), selectOwn(table, USER, selection), subscriber);
    const range = bestRange(plan!.table, plan!.filter!)!;
    expect(range).toMatchObject({ from: {}, to: {} });
    expect(plan!.table.columns[range.column]!.name).not.toBe('owner_identity');
  });
});
