import { crc32 } from 'node:zlib';

const SEAL_BYTES = 4;

/** A value with a CRC-32 over its key and itself behind it, little endian. */
export function seal(key: string, value: Buffer): Buffer {
  const sealed = Buffer.allocUnsafe(value.length + SEAL_BYTES);
  value.copy(sealed);
  sealed.writeUInt32LE(checksum(key, value), value.length);
  return sealed;
}

/** The value of {@link seal}, or undefined when its key or any byte of it is another than was written. */
export function unseal(key: string, sealed: Buffer): Buffer | undefined {
  const end = sealed.length - SEAL_BYTES;
  if (end < 0) return undefined;
  const value = sealed.subarray(0, end);
  return sealed.readUInt32LE(end) === checksum(key, value) ? value : undefined;
}

function checksum(key: string, value: Buffer): number {
  return crc32(value, crc32(key));
}
