import { statfsSync } from 'node:fs';
import { HeycatError } from '../../../errors.ts';

/**
 * Below this nothing more is sent: SpacetimeDB 1.2.0 goes on acknowledging when its log cannot be written any more. The
 * server makes index files of 4 MiB and the journal is written anew in one piece, so a few of both must fit.
 */
const FLOOR_BYTES = 64 * 1024 * 1024;
const MIB = 1024 * 1024;
/** Our own commands do not fill the floor in so short a time. */
const LOOK_EVERY_MS = 250;

export interface DiskRoomOptions {
  floorBytes?: number;
  /** Free bytes for us; throws where the system does not tell. */
  probe?: () => number;
  /** In ms, of a clock that never jumps. */
  now?: () => number;
}

/** Watches the free space of a folder; looked at when it is asked for. */
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

  /** What is wrong and what to do; undefined while there is room. */
  get shortage(): string | undefined {
    this.#look();
    if (this.#free >= this.#floor) return undefined;
    const [free, floor] = [this.#free, this.#floor].map((bytes) => Math.floor(bytes / MIB));
    return `Only ${free} MiB are free for ${this.folder}, so no command is taken or sent; make room until ${floor} MiB are.`;
  }

  /** @throws HeycatError QUEUE_FULL while there is too little. */
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
      // Not known is no reason to stop: a write that fails is told anyway.
      this.#free = Infinity;
    }
  }
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
