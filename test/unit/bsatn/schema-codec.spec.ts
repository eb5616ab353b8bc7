import { BinaryWriter, Timestamp } from '@clockworklabs/spacetimedb-sdk';
import * as fc from 'fast-check';
import { BsatnReader } from '../../../src/infra/bsatn/bsatn-reader.ts';
import {
  encodeReducerArgs,
  generatedModule,
} from '../../../src/infra/database/connection/generated-module.ts';
import { compileDecoder, compileEncoder } from '../../../src/infra/bsatn/schema-codec.ts';

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

function encoded(write: (writer: BinaryWriter) => void): Buffer {
  const writer = new BinaryWriter(64);
  write(writer);
  return Buffer.from(writer.getBuffer());
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
          const bytes = encoded((writer) => encodeReducerArgs('update_dictionary_entry', writer, ours));
          expect(bytes).toEqual(encoded((writer) => argsType.serialize(writer, theirs)));
        },
      ),
    );
  });

  it('LNK10 reads back what it wrote, in wire form', () => {
    const encode = compileEncoder(argsType);
    const decode = compileDecoder(argsType);
    fc.assert(
      fc.property(fc.uuid(), time, id, changes, (command_id, at, entry, change) => {
        const value = {
          command_id,
          issued_at: at.toISOString(),
          id: entry,
          changes: change,
          expected_seq: null,
        };
        const bytes = encoded((writer) => encode(writer, value));
        expect(decode(new BsatnReader(bytes))).toEqual(value);
      }),
    );
  });

  it('LNK10 reads any times one after the other, also several of one day', () => {
    const { argsType: pruneArgs } = generatedModule().reducers['prune_receipts']!;
    const [encode, decode] = [compileEncoder(pruneArgs), compileDecoder(pruneArgs)];
    const later = fc.array(fc.nat({ max: 86_400_000 }), { maxLength: 5 });
    fc.assert(
      fc.property(time, later, (first, more) => {
        for (const millis of [0, ...more]) {
          const created_before = new Date(first.getTime() + millis).toISOString();
          const bytes = encoded((writer) => encode(writer, { created_before, below_seq: 1 }));
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
    expect(() => encoded((writer) => encodeReducerArgs('delete_recording', writer, args))).toThrow(
      /whole number/,
    );
  });

  it('LNK10 an unknown reducer is named', () => {
    expect(() => encodeReducerArgs('nope', new BinaryWriter(8), {})).toThrow(/no reducer nope/);
  });
});
