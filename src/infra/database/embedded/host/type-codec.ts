import { isUtf8 } from 'node:buffer';
import type { PrimitiveKind, TypeSchema } from '../module-host.ts';
import type { KeyWriter } from './key-writer.ts';

/** What the store needs to know of a type: where a value ends, and bytes that sort as the server sorts values. */
export interface TypeCodec {
  /** Offset behind the value at `offset`, or -1 where the bytes are no value of this type. */
  end(bytes: Buffer, offset: number): number;
  /** Appends the order-preserving form of the value at `offset`, which `end` has accepted; returns the offset behind. */
  writeKey(bytes: Buffer, offset: number, out: KeyWriter): number;
}

type NumberClass = 'unsigned' | 'signed' | 'float';
const WIDTHS: Record<Exclude<PrimitiveKind, 'string' | 'bool'>, [bytes: number, kind: NumberClass]> = {
  i8: [1, 'signed'],
  u8: [1, 'unsigned'],
  i16: [2, 'signed'],
  u16: [2, 'unsigned'],
  i32: [4, 'signed'],
  u32: [4, 'unsigned'],
  i64: [8, 'signed'],
  u64: [8, 'unsigned'],
  i128: [16, 'signed'],
  u128: [16, 'unsigned'],
  i256: [32, 'signed'],
  u256: [32, 'unsigned'],
  f32: [4, 'float'],
  f64: [8, 'float'],
};

export function typeCodec(type: TypeSchema): TypeCodec {
  switch (type.kind) {
    case 'string':
      return stringCodec;
    case 'bool':
      return boolCodec;
    case 'array':
      return arrayCodec(typeCodec(type.element));
    case 'product':
      return productCodec(type.elements.map(({ type }) => typeCodec(type)));
    case 'sum':
      return sumCodec(type.variants.map(({ type }) => typeCodec(type)));
    default:
      return numberCodec(...WIDTHS[type.kind]);
  }
}

function numberCodec(width: number, kind: NumberClass): TypeCodec {
  return {
    end: (bytes, offset) => (offset + width <= bytes.length ? offset + width : -1),
    writeKey(bytes, offset, out) {
      if (kind === 'float') out.float(width === 4 ? bytes.readFloatLE(offset) : bytes.readDoubleLE(offset));
      else out.integer(bytes, { offset, width, flip: kind === 'signed' ? 0x80 : 0 });
      return offset + width;
    },
  };
}

const boolCodec: TypeCodec = {
  end: (bytes, offset) => (offset < bytes.length && bytes[offset]! <= 1 ? offset + 1 : -1),
  writeKey(bytes, offset, out) {
    out.byte(bytes[offset]!);
    return offset + 1;
  },
};

const stringCodec: TypeCodec = {
  end(bytes, offset) {
    if (offset + 4 > bytes.length) return -1;
    const start = offset + 4;
    const end = start + bytes.readUInt32LE(offset);
    return end <= bytes.length && isText(bytes, start, end) ? end : -1;
  },
  writeKey(bytes, offset, out) {
    const end = offset + 4 + bytes.readUInt32LE(offset);
    out.text(bytes, offset + 4, end);
    return end;
  },
};

/** Most text is short ASCII, which is told faster here than by a call out of JavaScript. */
function isText(bytes: Buffer, start: number, end: number): boolean {
  if (end - start > 64) return isUtf8(bytes.subarray(start, end));
  for (let at = start; at < end; at++) if (bytes[at]! > 0x7f) return isUtf8(bytes.subarray(at, end));
  return true;
}

function arrayCodec(element: TypeCodec): TypeCodec {
  return {
    end(bytes, offset) {
      if (offset + 4 > bytes.length) return -1;
      const count = bytes.readUInt32LE(offset);
      let at = offset + 4;
      for (let index = 0; index < count; index++) {
        const next = element.end(bytes, at);
        // Elements of no bytes would let a few bytes claim four thousand million of them.
        if (next < 0 || next === at) return next < 0 ? -1 : at;
        at = next;
      }
      return at;
    },
    writeKey(bytes, offset, out) {
      const count = bytes.readUInt32LE(offset);
      let at = offset + 4;
      for (let index = 0; index < count; index++) {
        out.byte(1);
        at = element.writeKey(bytes, at, out);
      }
      out.byte(0);
      return at;
    },
  };
}

function productCodec(fields: TypeCodec[]): TypeCodec {
  if (fields.length === 1) return fields[0]!;
  return {
    end(bytes, offset) {
      let at = offset;
      for (const field of fields) {
        at = field.end(bytes, at);
        if (at < 0) return -1;
      }
      return at;
    },
    writeKey(bytes, offset, out) {
      let at = offset;
      for (const field of fields) at = field.writeKey(bytes, at, out);
      return at;
    },
  };
}

function sumCodec(variants: TypeCodec[]): TypeCodec {
  return {
    end(bytes, offset) {
      const variant = offset < bytes.length ? variants[bytes[offset]!] : undefined;
      return variant === undefined ? -1 : variant.end(bytes, offset + 1);
    },
    writeKey(bytes, offset, out) {
      out.byte(bytes[offset]!);
      return variants[bytes[offset]!]!.writeKey(bytes, offset + 1, out);
    },
  };
}
