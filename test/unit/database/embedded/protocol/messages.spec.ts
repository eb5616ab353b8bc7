import { BinaryWriter } from '@clockworklabs/spacetimedb-sdk';
import * as fc from 'fast-check';
import type { TableSchema } from '../../../../../src/infra/database/embedded/module-host.ts';
import { readClientMessage } from '../../../../../src/infra/database/embedded/protocol/client-message.ts';
import { BsatnWriter } from '../../../../../src/infra/bsatn/encode.ts';
import * as messages from '../../../../../src/infra/database/embedded/protocol/server-message.ts';
import { FrameBatch, readBatch } from '../../../../../src/infra/database/embedded/worker/frame-batch.ts';
import { isServerFrame } from '../../../../../src/infra/database/connection/frames.ts';
import { callFrame, subscribeFrameOf, unsubscribeFrame } from '../../../../support/bsatn-frames.ts';
import { readServerFrame, type ToldTable } from '../../../../support/server-frames.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const tableNamed = (name: string): TableSchema => ({
  id: 4096,
  name,
  isPublic: true,
  columns: [],
  primaryKey: undefined,
  indexes: [],
  visibility: [],
});
const rowList = fc.array(fc.uint8Array({ minLength: 1, maxLength: 70 }), { maxLength: 4 });
const tables = fc.array(
  fc.record({
    table: fc.constantFrom('a', 'b', 'c').map(tableNamed),
    updates: fc.array(fc.record({ inserts: rowList, deletes: rowList }), { minLength: 1, maxLength: 2 }),
  }),
  { maxLength: 3 },
);
const call: messages.CallRecord = {
  timestampMicros: 1_700_000_000_000_000n,
  identity: new Uint8Array(32).fill(3),
  connectionId: new Uint8Array(16).fill(4),
  reducer: 'save_setting',
  reducerId: 9,
  args: Uint8Array.of(1, 2, 3),
  requestId: 5,
};

const inHex = ({ inserts, deletes }: messages.QueryUpdate) => ({
  inserts: inserts.map(hex),
  deletes: deletes.map(hex),
});

/** Every row, as `+` or `-` and its bytes. */
function rowsIn(updated: readonly Pick<ToldTable, 'updates'>[]): string[] {
  return updated
    .flatMap(({ updates }) => updates)
    .flatMap(({ inserts, deletes }) => [
      ...inserts.map((row) => `+${row}`),
      ...deletes.map((row) => `-${row}`),
    ])
    .toSorted();
}

function written(write: (writer: BsatnWriter) => void): Uint8Array {
  const writer = new BsatnWriter();
  write(writer);
  return writer.take();
}

describe('server messages', () => {
  it('EMB6 every message is well-formed v1.bsatn and reads back as it was meant', () => {
    fc.assert(
      fc.property(tables, fc.string(), (updates, text) => {
        const ref = { requestId: 1, queryId: 2 };
        const frames = [
          written((writer) => messages.writeIdentityToken(writer, call.identity, call.connectionId)),
          written((writer) => messages.writeSubscribed(writer, ref, updates)),
          written((writer) => messages.writeUnsubscribed(writer, ref, updates)),
          written((writer) => messages.writeSubscriptionError(writer, ref, text)),
          written((writer) => messages.writeCommitted(writer, call, updates)),
          written((writer) => messages.writeFailed(writer, call, text)),
        ];
        expect(frames.map(isServerFrame)).toEqual(frames.map(() => true));
        const told = frames.map(readServerFrame);
        const toldCall = { reducer: 'save_setting', caller: '03'.repeat(32), args: '010203' };
        expect(told[0]).toEqual({ kind: 'greeting', identity: '03'.repeat(32) });
        expect(told[3]).toEqual({ kind: 'refused', queryId: 2, error: text });
        expect(told[5]).toEqual({ kind: 'failed', call: toldCall, error: text });
        for (const each of [told[1], told[2], told[4]]) {
          expect(rowsIn((each as { tables: ToldTable[] }).tables)).toEqual(
            rowsIn(updates.map(({ updates: all }) => ({ updates: all.map(inHex) }))),
          );
        }
      }),
    );
  });

  it('EMB6 frames of many connections cross in one batch, in order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(2 ** 32 - 1), fc.uint8Array({ maxLength: 100_000 }))),
        (frames) => {
          const batch = new FrameBatch();
          for (const [connection, frame] of frames) batch.add(connection, (writer) => writer.raw(frame));
          const read = [...readBatch(batch.take())];
          expect(read.map(({ connection, frame }) => [connection, hex(frame)])).toEqual(
            frames.map(([connection, frame]) => [connection, hex(frame)]),
          );
          expect(batch.isEmpty).toBe(true);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('EMB6 a frame that fails while it is written leaves nothing behind', () => {
    const batch = new FrameBatch();
    batch.add(1, (writer) => writer.u8(7));
    expect(() =>
      batch.add(2, (writer) => {
        writer.text('half');
        throw new RangeError('no');
      }),
    ).toThrow('no');
    expect([...readBatch(batch.take())]).toEqual([{ connection: 1, frame: Uint8Array.of(7) }]);
  });
});

describe('client messages', () => {
  it('EMB7 calls, subscriptions and their ends are read', () => {
    expect(readClientMessage(callFrame('save_setting', Uint8Array.of(1, 2), 1))).toMatchObject({
      kind: 'call',
      reducer: 'save_setting',
      args: Uint8Array.of(1, 2),
      answered: false,
    });
    expect(readClientMessage(subscribeFrameOf(7, ['SELECT * FROM a', 'b']))).toEqual({
      kind: 'subscribe',
      queries: ['SELECT * FROM a', 'b'],
      requestId: 1,
      queryId: 7,
    });
    expect(readClientMessage(unsubscribeFrame(7))).toEqual({ kind: 'unsubscribe', requestId: 1, queryId: 7 });
  });

  it('EMB7 messages that this engine does not offer are refused by name', () => {
    const writer = new BinaryWriter(16);
    writer.writeU8(2);
    expect(() => readClientMessage(writer.getBuffer())).toThrow(/OneOffQuery.+CallReducer/);
    expect(() => readClientMessage(Uint8Array.of(200))).toThrow(/unknown kind 200/);
  });

  it('EMB7 any other bytes are refused, never misread', () => {
    const valid = fc.constantFrom(
      callFrame('r', Uint8Array.of(1)),
      subscribeFrameOf(1, ['q']),
      unsubscribeFrame(1),
    );
    const cut = fc
      .tuple(valid, fc.nat(60))
      .map(([frame, length]) => frame.slice(0, Math.min(length, frame.length - 1)));
    const longer = valid.map((frame) => Uint8Array.from([...frame, 0]));
    fc.assert(
      fc.property(fc.oneof(cut, longer), (frame) => {
        expect(() => readClientMessage(frame)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        try {
          readClientMessage(bytes);
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: 'INVALID_ARGUMENT' });
        }
      }),
    );
  });
});
