import { BinaryWriter, Timestamp } from '@clockworklabs/spacetimedb-sdk';
import * as fc from 'fast-check';
import { BsatnReader, compileDecoder } from '../../../src/infra/bsatn/decode.ts';
import { BsatnWriter, compileEncoder } from '../../../src/infra/bsatn/encode.ts';
import { IDENTITY, type TypeSchema } from '../../../src/infra/bsatn/types.ts';
import {
  encodeCall,
  generatedModule,
  schemaOf,
} from '../../../src/infra/database/connection/remote-module.ts';

const optionalText = fc.option(fc.string({ unit: 'binary', maxLength: 20 }), { nil: null });
const time = fc.date({ min: new Date(0), max: new Date('9999-12-30'), noInvalidDate: true });
const id = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const changes = fc.record({
  trigger: optionalText,
  replacement: optionalText,
  enabled: fc.option(fc.boolean(), { nil: null }),
  suffix: optionalText,
  disable_suffix: fc.option(fc.boolean(), { nil: null }),
  auto_enter: fc.option(fc.boolean(), { nil: null }),
  complete_match_only: fc.option(fc.boolean(), { nil: null }),
  clear: fc.array(fc.string(), { maxLength: 3 }),
});

function bytesOf(write: (writer: BsatnWriter) => void): Uint8Array {
  const writer = new BsatnWriter(64);
  write(writer);
  return writer.take();
}

/** What the SDK writes. */
function ofTheSdk(write: (writer: BinaryWriter) => void): number[] {
  const writer = new BinaryWriter(64);
  write(writer);
  return [...writer.getBuffer()];
}

describe('the codec compiled from the generated schema', () => {
  const { argsType } = generatedModule().reducers['update_dictionary_entry']!;

  it('LNK10 writes what the SDK writes, byte for byte', () => {
    fc.assert(
      fc.property(
        fc.uuid(),
        time,
        id,
        changes,
        fc.option(id, { nil: null }),
        (command_id, at, entry, change, expected) => {
          const ours = {
            command_id,
            issued_at: at.toISOString(),
            id: entry,
            changes: change,
            expected_seq: expected,
          };
          const theirs = {
            commandId: command_id,
            issuedAt: Timestamp.fromDate(at),
            id: BigInt(entry),
            changes: {
              ...change,
              disableSuffix: change.disable_suffix,
              autoEnter: change.auto_enter,
              completeMatchOnly: change.complete_match_only,
            },
            expectedSeq: expected === null ? undefined : BigInt(expected),
          };
          expect([...encodeCall('update_dictionary_entry', ours)]).toEqual(
            ofTheSdk((writer) => argsType.serialize(writer, theirs)),
          );
        },
      ),
    );
  });

  it('LNK10 reads back what it wrote, in wire form', () => {
    const encode = compileEncoder(schemaOf(argsType));
    const decode = compileDecoder(schemaOf(argsType));
    fc.assert(
      fc.property(fc.uuid(), time, id, changes, (command_id, at, entry, change) => {
        const value = {
          command_id,
          issued_at: at.toISOString(),
          id: entry,
          changes: change,
          expected_seq: null,
        };
        const bytes = bytesOf((writer) => encode(writer, value));
        expect(decode(new BsatnReader(bytes))).toEqual(value);
      }),
    );
  });

  it('LNK10 reads any times one after the other, also several of one day', () => {
    const { argsType: pruneArgs } = generatedModule().reducers['prune_receipts']!;
    const [encode, decode] = [compileEncoder(schemaOf(pruneArgs)), compileDecoder(schemaOf(pruneArgs))];
    const later = fc.array(fc.nat({ max: 86_400_000 }), { maxLength: 5 });
    fc.assert(
      fc.property(time, later, (first, more) => {
        for (const millis of [0, ...more]) {
          const created_before = new Date(first.getTime() + millis).toISOString();
          const bytes = bytesOf((writer) => encode(writer, { created_before, below_seq: 1 }));
          expect(decode(new BsatnReader(bytes))).toEqual({ created_before, below_seq: 1 });
        }
      }),
    );
  });

  it.each([
    ['a fraction', { id: 1.5 }],
    ['a number beyond 2^53', { id: 2 ** 53 }],
    ['text for a number', { id: '1' }],
    ['nothing', {}],
  ])('LNK10 refuses %s where a u64 is needed, before anything is sent', (_name, given) => {
    const args = { command_id: 'c', issued_at: '2026-01-01T00:00:00.000Z', expected_seq: null, ...given };
    expect(() => encodeCall('delete_recording', args)).toThrow(/an integer/);
  });

  it('LNK10 an unknown reducer is named', () => {
    expect(() => encodeCall('nope', {})).toThrow(/no reducer nope/);
  });

  it('LNK10 a call that was refused half-way leaves nothing in the next one', () => {
    const args = { command_id: 'c', issued_at: '2026-01-01T00:00:00.000Z', id: 7, expected_seq: null };
    const whole = [...encodeCall('delete_recording', args)];
    expect(() => encodeCall('delete_recording', { ...args, id: 'seven' })).toThrow();
    expect([...encodeCall('delete_recording', args)]).toEqual(whole);
  });

  it('LNK10 numbers, times, texts and identities are written as the SDK writes them, to their bounds', () => {
    const at = (millis: number) => Timestamp.fromDate(new Date(millis)).microsSinceUnixEpoch;
    for (const millis of [0, 1, -1, 8.64e15, -8.64e15, 1_700_000_000_123])
      expect([...bytesOf((writer) => writer.millis(millis))]).toEqual(
        ofTheSdk((writer) => writer.writeI64(at(millis))),
      );
    for (const value of [0, 1, -1, 2 ** 32, -(2 ** 32), 2 ** 53 - 1, 1 - 2 ** 53])
      expect([...bytesOf((writer) => writer.u64(value))]).toEqual(
        ofTheSdk((writer) => writer.writeI64(BigInt(value))),
      );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const bytes = bytesOf((writer) => writer.text(text));
        expect([...bytes]).toEqual(ofTheSdk((writer) => writer.writeString(text)));
        expect(new BsatnReader(bytes).strictText()).toBe(text);
      }),
    );
    const identity: TypeSchema = { kind: 'product', elements: [{ name: IDENTITY, type: { kind: 'u256' } }] };
    const [encode, decode] = [compileEncoder(identity), compileDecoder(identity)];
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), (value) => {
        const hex = value.toString(16).padStart(64, '0');
        const bytes = bytesOf((writer) => encode(writer, hex));
        expect([...bytes]).toEqual(ofTheSdk((writer) => writer.writeU256(value)));
        expect([decode(new BsatnReader(bytes)), decode(new BsatnReader(bytes))]).toEqual([hex, hex]);
      }),
    );
    expect(() => bytesOf((writer) => encode(writer, 'c2'))).toThrow(/identity/);
  });

  it('LNK10 lists of rows are read as they were written, whatever the sizes of the rows', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 9 }), { maxLength: 9 }), (rows) => {
        const reader = new BsatnReader(bytesOf((writer) => writer.rows(rows)));
        expect([...reader.rows().rest()]).toEqual(rows.flatMap((row) => [...row]));
        reader.assertAtEnd();
      }),
    );
  });
});
