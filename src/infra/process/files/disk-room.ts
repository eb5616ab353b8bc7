import { statfsSync } from 'node:fs';
import { HeycatError } from '../../../errors.ts';

/**
 * Below this, nothing more is sent: SpacetimeDB 1.2.0 keeps acknowledging when it can no longer write its log. The server
 * creates index files of 4 MiB and the journal is compacted into a new file, so there must be space for a few of both.
 */
const FLOOR_BYTES = 64 * 1024 * 1024;
const MIB = 1024 * 1024;
/** Our own commands cannot use up the reserve in so short a time. */
const LOOK_EVERY_MS = 250;

export interface DiskRoomOptions {
  floorBytes?: number;
  /** Free bytes available to us; throws if the system cannot say. */
  probe?: () => number;
  /** Milliseconds of a clock that never jumps. */
  now?: () => number;
}

/** The free disk space of a folder, checked on demand. */
export class DiskRoom {
  readonly #floor: number;
  readonly #probe: () => number;
  readonly #now: () => number;
  #lookedAt = -Infinity;
  #free = Infinity;

  constructor(
    private readonly folder: string,
    { floorBytes = FLOOR_BYTES, probe, now = () => performance.now() }: DiskRoomOptions = {},
  ) {
    this.#floor = floorBytes;
    this.#probe = probe ?? (() => freeBytes(folder));
    this.#now = now;
  }

  /** What is wrong and what to do; undefined if there is enough space. */
  get shortage(): string | undefined {
    this.#look();
    if (this.#free >= this.#floor) return undefined;
    const [free, floor] = [this.#free, this.#floor].map((bytes) => Math.floor(bytes / MIB));
    return `Only ${free} MiB are free for ${this.folder}, so no command is accepted or sent; free space until there are ${floor} MiB.`;
  }

  /** @throws HeycatError QUEUE_FULL if there is too little. */
  assertEnough(): void {
    const { shortage } = this;
    if (shortage === undefined) return;
    throw new HeycatError('QUEUE_FULL', shortage, { outcome: 'not_sent', reason: 'disk_full' });
  }

  #look(): void {
    const now = this.#now();
    if (now - this.#lookedAt < LOOK_EVERY_MS) return;
    this.#lookedAt = now;
    try {
      this.#free = this.#probe();
    } catch {
      // An unknown amount is no reason to stop: a failed write is reported anyway.
      this.#free = Infinity;
    }
  }
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
