/** BSATN of single values, to write rows, arguments and module definitions with. */
export const text = (value: string) => {
  const bytes = Buffer.from(value);
  return Buffer.concat([u32(bytes.length), bytes]);
};
export const u8 = (value: number) => Buffer.from([value]);
export const u16 = (value: number) => Buffer.from([value & 255, value >> 8]);
export const u32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
};
export const i64 = (value: bigint) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return bytes;
};
export const some = (value: Buffer) => Buffer.concat([u8(0), value]);
export const none = u8(1);
export const list = (values: Buffer[]) => Buffer.concat([u32(values.length), ...values]);
export const row = (...values: Buffer[]) => Buffer.concat(values);
