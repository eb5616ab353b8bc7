/** What the disk itself takes for a small durable write, which no engine that syncs before it answers can be below. */
import { closeSync, constants, fsyncSync, openSync, writeSync } from 'node:fs';

const BYTES = Buffer.alloc(256, 1);
/** Elsewhere `fsync` has to be asked for: only Linux's O_DSYNC means the disk itself. */
const SYNCED = process.platform === 'linux' ? constants.O_DSYNC : 0;

/** @returns milliseconds each of `count` synced appends to the file took. */
export function syncedAppends(path, count) {
  const file = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | SYNCED, 0o600);
  try {
    return Array.from({ length: count }, () => {
      const before = performance.now();
      writeSync(file, BYTES);
      if (SYNCED === 0) fsyncSync(file);
      return performance.now() - before;
    });
  } finally {
    closeSync(file);
  }
}
