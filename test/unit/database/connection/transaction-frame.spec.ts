import { BinaryWriter, Identity, Timestamp } from '@clockworklabs/spacetimedb-sdk';
import { Setting } from '../../../../src/infra/database/bindings/index.ts';
import { isServerFrame } from '../../../../src/infra/database/connection/frames.ts';
import { generatedModule } from '../../../../src/infra/database/connection/remote-module.ts';
import { remoteModule } from '../../../../src/infra/database/connection/remote-module.ts';
import { isTransactionFrame, readTransaction } from '../../../../src/infra/database/connection/frames.ts';

const OWNER = 7n;
const US = 11n;
const COMMAND = '0b5f5a2e-6b0a-4c1e-9d6d-0f6f1f6f1f6f';

type Rows = readonly (readonly [key: string, value: number])[];

function settingRow([key, value]: Rows[number]): Uint8Array {
  const writer = new BinaryWriter(64);
  Setting.serialize(writer, {
    rowKey: `7/${key}`,
    ownerIdentity: new Identity(OWNER),
    key,
    value: JSON.stringify(value),
    updatedAt: new Timestamp(0n),
    seq: BigInt(value),
  });
  return writer.getBuffer();
}

function writeRows(writer: BinaryWriter, rows: Rows): void {
  writer.writeU8(1); // rows by their offsets
  writer.writeU32(rows.length);
  for (const _ of rows) writer.writeU64(0n);
  writer.writeUInt8Array(Buffer.concat(rows.map(settingRow)));
}

/** A TransactionUpdate of save_setting; each update is what one subscription has to tell. */
function frameOf(
  end: { updates: { gone: Rows; come: Rows }[] } | { error: string },
  caller = US,
): Uint8Array {
  const writer = new BinaryWriter(256);
  writer.writeU8(1);
  writer.writeU8('error' in end ? 1 : 0);
  if ('error' in end) writer.writeString(end.error);
  else {
    writer.writeU32(1);
    writer.writeU32(4096);
    writer.writeString('settings');
    writer.writeU64(1n);
    writer.writeU32(end.updates.length);
    for (const { gone, come } of end.updates) {
      writer.writeU8(0);
      writeRows(writer, gone);
      writeRows(writer, come);
    }
  }
  writer.writeI64(0n);
  writer.writeU256(OWNER);
  writer.writeU128(caller);
  writer.writeString('save_setting');
  writer.writeU32(3);
  const args = new BinaryWriter(64);
  args.writeString(COMMAND);
  writer.writeUInt8Array(args.getBuffer());
  writer.writeU32(0);
  writer.writeU128(0n);
  writer.writeU64(0n);
  return writer.getBuffer();
}

function read(frame: Uint8Array) {
  expect(isServerFrame(frame) && isTransactionFrame(frame)).toBe(true);
  return readTransaction(frame, remoteModule({ generated: generatedModule(), owner: OWNER }), US);
}

describe('a frame that tells a transaction', () => {
  it('LNK7 gives each row once: as it is now where it changed, and as gone where it went', () => {
    const changed = { gone: [['a', 1]], come: [['a', 2]] } as const;
    const { rows } = read(frameOf({ updates: [changed, { gone: [['b', 1]], come: [] }] }));
    expect(rows).toEqual([
      { table: 'settings', gone: false, row: expect.objectContaining({ key: 'a', value: 2 }) },
      { table: 'settings', gone: true, row: expect.objectContaining({ key: 'b' }) },
    ]);
  });

  it('LNK7 gives a row once also where two subscriptions hold it', () => {
    const update = { gone: [['b', 1]], come: [['a', 2]] } as const;
    expect(read(frameOf({ updates: [update, update] })).rows).toHaveLength(2);
  });

  it('LNK8 carries the end of a call of this connection, and of no other', () => {
    const committed = { updates: [] };
    expect(read(frameOf(committed))).toEqual({ rows: [], outcome: { commandId: COMMAND } });
    expect(read(frameOf({ error: 'NOT_FOUND: no' }))).toEqual({
      rows: [],
      outcome: { commandId: COMMAND, error: 'NOT_FOUND: no' },
    });
    expect(read(frameOf(committed, 12n))).toEqual({ rows: [] });
  });
});
