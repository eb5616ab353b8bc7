import * as fc from 'fast-check';
import { compileEnd } from '../../../../../src/infra/bsatn/layout.ts';
import { behind, compileKey, KeyWriter } from '../../../../../src/infra/database/embedded/store/keys.ts';
import type { PrimitiveKind, TypeSchema } from '../../../../../src/infra/bsatn/types.ts';
import { list, row, text, u8 } from './bsatn.ts';

/** A value with its bytes, and a form of it that plain comparison sorts as the server does. */
interface Sample {
  bytes: Buffer;
  order: Order;
}
type Order = bigint | number | Buffer | Order[];

const WIDTH = {
  i8: 1,
  u8: 1,
  i16: 2,
  u16: 2,
  i32: 4,
  u32: 4,
  i64: 8,
  u64: 8,
  i128: 16,
  u128: 16,
  i256: 32,
  u256: 32,
};

function integers(kind: keyof typeof WIDTH): fc.Arbitrary<Sample> {
  const bits = BigInt(WIDTH[kind] * 8);
  const signed = kind.startsWith('i');
  const [min, max] = signed ? [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n] : [0n, (1n << bits) - 1n];
  const near = fc.constantFrom(min, max, 0n, 1n, signed ? -1n : 2n, 255n < max ? 256n : 3n);
  return fc.oneof(near, fc.bigInt({ min, max })).map((value) => {
    const hex = BigInt.asUintN(Number(bits), value)
      .toString(16)
      .padStart(WIDTH[kind] * 2, '0');
    return { bytes: Buffer.from(Buffer.from(hex, 'hex').toReversed()), order: value };
  });
}

const floats = fc.double().map((value): Sample => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  // The server has one NaN above all numbers, and one zero.
  return { bytes, order: Number.isNaN(value) ? [1n] : [0n, value === 0 ? 0 : value] };
});
const strings = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.string({ unit: fc.constantFrom('\0', '\x01', 'a', 'ÿ'), maxLength: 6 }),
  )
  .map((value): Sample => ({ bytes: text(value), order: Buffer.from(value) }));

function samples(type: TypeSchema): fc.Arbitrary<Sample> {
  if (type.kind === 'string') return strings;
  if (type.kind === 'f64') return floats;
  if (type.kind === 'bool')
    return fc.boolean().map((value) => ({ bytes: u8(Number(value)), order: BigInt(value) }));
  if (type.kind === 'array')
    return fc
      .array(samples(type.element), { maxLength: 4 })
      .map((all) => ({ bytes: list(all.map(({ bytes }) => bytes)), order: all.map(({ order }) => order) }));
  if (type.kind === 'product')
    return fc
      .tuple(...type.elements.map((element) => samples(element.type)))
      .map((all) => ({ bytes: row(...all.map(({ bytes }) => bytes)), order: all.map(({ order }) => order) }));
  if (type.kind === 'sum')
    return fc.oneof(
      ...type.variants.map((variant, tag) =>
        samples(variant.type).map(({ bytes, order }): Sample => ({
          bytes: row(u8(tag), bytes),
          order: [BigInt(tag), order],
        })),
      ),
    );
  return integers(type.kind as keyof typeof WIDTH);
}

const kinds: PrimitiveKind[] = ['string', 'bool', 'f64', ...(Object.keys(WIDTH) as (keyof typeof WIDTH)[])];
const types: fc.Arbitrary<TypeSchema> = fc.letrec<{ type: TypeSchema }>((tie) => {
  const fields = fc.array(
    tie('type').map((type) => ({ name: undefined, type })),
    { minLength: 1, maxLength: 3 },
  );
  return {
    type: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc.constantFrom(...kinds).map((kind): TypeSchema => ({ kind })),
      tie('type').map((element): TypeSchema => ({ kind: 'array', element })),
      fields.map((elements): TypeSchema => ({ kind: 'product', elements })),
      fields.map((variants): TypeSchema => ({ kind: 'sum', variants })),
    ),
  };
}).type;

function compare(left: Order, right: Order): number {
  if (Buffer.isBuffer(left)) return Buffer.compare(left, right as Buffer);
  if (!Array.isArray(left)) return left < (right as bigint) ? -1 : left > (right as bigint) ? 1 : 0;
  const others = right as Order[];
  for (const [position, item] of left.entries()) {
    if (position >= others.length) return 1;
    const order = compare(item, others[position]!);
    if (order !== 0) return order;
  }
  return left.length - others.length;
}

function keyOf(type: TypeSchema, bytes: Buffer): string {
  const writer = new KeyWriter();
  writer.begin('');
  expect(compileKey(type)(bytes, 0, writer)).toBe(bytes.length);
  return writer.take();
}

const sign = (left: string, right: string) => (left < right ? -1 : left > right ? 1 : 0);
const pairs = types.chain((type) => fc.tuple(fc.constant(type), samples(type), samples(type)));

describe('the order of keys', () => {
  it('HST15 is that of the values, and equal keys are equal values', () => {
    fc.assert(
      fc.property(pairs, ([type, left, right]) => {
        fc.pre(left.bytes.length < 300 && right.bytes.length < 300);
        const order = sign(keyOf(type, left.bytes), keyOf(type, right.bytes));
        expect(order).toBe(Math.sign(compare(left.order, right.order)));
      }),
      { numRuns: 2000 },
    );
  });

  it('HST16 has no key that begins another, so that what stands behind a key never matters', () => {
    fc.assert(
      fc.property(pairs, ([type, left, right]) => {
        const [one, other] = [keyOf(type, left.bytes), keyOf(type, right.bytes)];
        if (one !== other) expect(one.startsWith(other)).toBe(false);
        const end = behind(one);
        expect(end === undefined || `${one}\xff\xff` < end).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('HST17 tells long texts apart and keeps every key short', () => {
    const long = (tail: string) => keyOf({ kind: 'string' }, text('x'.repeat(5000) + tail));
    expect(long('a')).not.toBe(long('b'));
    expect(long('a')).toBe(long('a'));
    const array: TypeSchema = { kind: 'array', element: { kind: 'string' } };
    expect(keyOf(array, list(Array.from({ length: 50 }, () => text('y'.repeat(400))))).length).toBeLessThan(
      950,
    );
  });

  it('HST18 finds the end of each value, and none where bytes are missing', () => {
    fc.assert(
      fc.property(pairs, ([type, { bytes }]) => {
        for (const end of [compileEnd(type), compileEnd(type, { areChecked: true })]) {
          expect(end(bytes, 0)).toBe(bytes.length);
          for (let length = 0; length < Math.min(bytes.length, 40); length++)
            expect(end(Buffer.from(bytes.subarray(0, length)), 0)).toBe(-1);
        }
      }),
      { numRuns: 500 },
    );
    expect(compileEnd({ kind: 'bool' })(u8(2), 0)).toBe(-1);
    expect(compileEnd({ kind: 'string' })(row(Buffer.from([1, 0, 0, 0, 0xff])), 0)).toBe(-1);
  });
});
