/** Bytes of a log's file that are written: it grows by zeros ahead of them. */
export function writtenLength(log: Buffer): number {
  return log.findLastIndex((byte) => byte !== 0) + 1;
}
