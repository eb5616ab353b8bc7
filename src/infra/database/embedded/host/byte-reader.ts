import { HeycatError } from '../../../../errors.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads little-endian values one after the other. */
export class ByteReader {
  private offset = 0;
  private readonly view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(): number {
    return this.view.getUint8(this.take(1));
  }

  u16(): number {
    return this.view.getUint16(this.take(2), true);
  }

  u32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  i128(): bigint {
    const at = this.take(16);
    return this.view.getBigUint64(at, true) | (this.view.getBigInt64(at + 8, true) << 64n);
  }

  string(): string {
    const length = this.u32();
    const at = this.take(length);
    return utf8.decode(this.bytes.subarray(at, at + length));
  }

  array<T>(read: () => T): T[] {
    return Array.from({ length: this.u32() }, read);
  }

  option<T>(read: () => T): T | undefined {
    return this.u8() === 0 ? read() : undefined;
  }

  private take(length: number): number {
    const at = this.offset;
    if (at + length > this.bytes.length) throw new HeycatError('INTERNAL', 'The bytes end too early.');
    this.offset = at + length;
    return at;
  }
}
