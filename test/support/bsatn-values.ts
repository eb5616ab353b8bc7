import * as fc from 'fast-check';
import type { PrimitiveKind, TypeSchema } from '../../src/infra/bsatn/types.ts';

type IntegerKind = Exclude<PrimitiveKind, 'string' | 'bool' | 'f32' | 'f64'>;

/** Few values, so that they meet each other, and the ends of what there is. */
const SMALL = [0, 0, 1, 2, 3, 4, 5];
const TEXTS = ['', 'a', 'a', 'b', 'ab', 'b\0', 'é', '🐈', 'Z', 'long '.repeat(60)];
const FLOATS = [0, -0, 1.5, -1.5, NaN, Infinity, -Infinity, 5e-324, 3.4e38];
/** A number that is none has many forms in bytes. */
const OTHER_NAN = { f32: '0100c0ff', f64: '010000000000f8ff' } as const;

/** BSATN of values of a type; identities are those of `people`, 32 bytes each. */
export function bsatnOf(type: TypeSchema, people: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const inner = (each: TypeSchema) => bsatnOf(each, people);
  switch (type.kind) {
    case 'string':
      return fc.constantFrom(...TEXTS.map((text) => counted(Buffer.from(text))));
    case 'bool':
      return fc.constantFrom(Uint8Array.of(0), Uint8Array.of(1));
    case 'f32':
    case 'f64':
      return fc.constantFrom(...floats(type.kind));
    case 'array':
      return fc.array(inner(type.element), { maxLength: 3 }).map((each) => joined(u32(each.length), ...each));
    case 'product':
      if (type.elements[0]?.name === '__identity__') return fc.constantFrom(...people);
      return fc.tuple(...type.elements.map((field) => inner(field.type))).map((each) => joined(...each));
    case 'sum':
      return fc.oneof(
        ...type.variants.map((variant, tag) => inner(variant.type).map((each) => joined([tag], each))),
      );
    default:
      return fc.constantFrom(...integers(type.kind));
  }
}

function integers(kind: IntegerKind): Uint8Array[] {
  const bits = Number(kind.slice(1));
  const least = kind.startsWith('i') ? -(1n << BigInt(bits - 1)) : 0n;
  const most = least + (1n << BigInt(bits)) - 1n;
  const middle = kind.startsWith('i') ? [-1n, -2n] : [most >> 1n];
  return [...SMALL.map(BigInt), ...middle, least, most].map((value) => littleEndian(value, bits / 8));
}

function floats(kind: 'f32' | 'f64'): Uint8Array[] {
  const encoded = FLOATS.map((value) => {
    const bytes = Buffer.alloc(kind === 'f32' ? 4 : 8);
    if (kind === 'f32') bytes.writeFloatLE(value);
    else bytes.writeDoubleLE(value);
    return Uint8Array.from(bytes);
  });
  return [...encoded, Uint8Array.from(Buffer.from(OTHER_NAN[kind], 'hex'))];
}

function littleEndian(value: bigint, width: number): Uint8Array {
  const hex = BigInt.asUintN(width * 8, value).toString(16);
  return Uint8Array.from(Buffer.from(hex.padStart(width * 2, '0'), 'hex')).toReversed();
}

function u32(value: number): Uint8Array {
  return littleEndian(BigInt(value), 4);
}

function counted(bytes: Uint8Array): Uint8Array {
  return joined(u32(bytes.length), bytes);
}

function joined(...parts: (Uint8Array | number[])[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts.map((part) => Uint8Array.from(part))));
}
