import { BinaryWriter, Identity, Timestamp } from '@clockworklabs/spacetimedb-sdk';
import { Setting } from '../../../../src/infra/database/bindings/index.ts';
import { isServerFrame } from '../../../../src/infra/database/connection/frames.ts';
import { generatedModule } from '../../../../src/infra/database/connection/remote-module.ts';
import { remoteModule } from '../../../../src/infra/database/connection/remote-module.ts';
import {
  carriesRows,
  readSubscribed,
  withoutRows,
} from '../../../../src/infra/database/connection/frames.ts';

const OWNER = 7n;
const QUERY_ID = 3;

function settingRow(index: number, owner = OWNER): Uint8Array {
  const writer = new BinaryWriter(64);
  Setting.serialize(writer, {
    rowKey: `7/${index}`,
    ownerIdentity: new Identity(owner),
    key: `key ${index}`,
    value: JSON.stringify(index),
    updatedAt: new Timestamp(BigInt(index) * 1_000n),
    seq: BigInt(index),
  });
  return writer.getBuffer();
}

/** A SubscribeMultiApplied with rows of one table. */
function frameOf(rows: Uint8Array[], table = 'settings'): Uint8Array {
  const bytes = Buffer.concat(rows);
  const writer = new BinaryWriter(bytes.length + 8 * rows.length + 128);
  writer.writeU8(8);
  writer.writeU32(0);
  writer.writeU64(0n);
  writer.writeU32(QUERY_ID);
  writer.writeU32(1);
  writer.writeU32(4096);
  writer.writeString(table);
  writer.writeU64(BigInt(rows.length));
  writer.writeU32(1);
  writer.writeU8(0);
  for (const list of [[], rows]) {
    writer.writeU8(1);
    writer.writeU32(list.length);
    for (const _ of list) writer.writeU64(0n);
    writer.writeUInt8Array(list === rows ? bytes : new Uint8Array());
  }
  return writer.getBuffer();
}

const module = remoteModule({ generated: generatedModule(), owner: OWNER });

describe("a frame with a subscription's rows", () => {
  it('LNK15 gives the rows, and lets others have their turn while it is read', async () => {
    const frame = frameOf(Array.from({ length: 12_000 }, (_, index) => settingRow(index)));
    expect(isServerFrame(frame) && carriesRows(frame)).toBe(true);
    const turns: number[] = [];
    const reading = readSubscribed(frame, module);
    setImmediate(() => turns.push(1));
    const rows = (await reading).get('settings')!;
    expect(turns).toEqual([1]);
    expect(rows).toHaveLength(12_000);
    expect(rows[11_999]).toEqual({
      key: 'key 11999',
      value: 11_999,
      updated_at: '1970-01-01T00:00:11.999Z',
      seq: 11_999,
    });
  });

  it('LNK15 is handed to the SDK without its rows', () => {
    const frame = frameOf([settingRow(1)]);
    const head = withoutRows(frame);
    expect(isServerFrame(head)).toBe(true);
    expect(Buffer.from(head.subarray(0, 17))).toEqual(Buffer.from(frame.subarray(0, 17)));
    expect(Buffer.from(head).readUInt32LE(13)).toBe(QUERY_ID);
    expect(head).toHaveLength(21);
  });

  it.each([
    ['a row of somebody else', [settingRow(1, 8n)], 'settings', /a row of settings/],
    ['a row that is cut short', [settingRow(1).subarray(0, 60)], 'settings', /settings|end where/],
    ['bytes behind the last row', [settingRow(1), Uint8Array.of(1, 2, 3)], 'settings', /settings|end where/],
    ['an unknown table', [settingRow(1)], 'nothing', /no table nothing/],
  ])('LNK3 refuses %s', async (_name, rows, table, sentence) => {
    await expect(readSubscribed(frameOf(rows, table), module)).rejects.toThrow(sentence);
  });
});
