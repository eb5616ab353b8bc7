import {
  MemoryStore,
  type Entry,
  type Store,
  type Stored,
  type Writes,
} from '../../../src/infra/database/embedded/store/key-value.ts';
import { OrderedMap } from '../../../src/infra/database/embedded/store/ordered-map.ts';
import { world } from './world.ts';

/** A server of version 1.2.0 is at most so far behind with its disk, in ms. */
const BEHIND_MS = 500;
const SYNC_MS = 5;

/** An engine's rows, of which a crash takes the end. */
export class Database implements Store {
  #rows = new MemoryStore();
  /** What a crash leaves for certain. */
  readonly #disk = new OrderedMap<Stored>();
  /** Commits that are not on the disk, in their order. */
  readonly #tail: Writes[] = [];
  #isFlushing = false;

  /** @param isSafe nothing is acknowledged before it is on the disk. */
  constructor(readonly isSafe: boolean) {}

  get(key: string): Stored | undefined {
    return this.#rows.get(key);
  }

  range(start: string, end: string | undefined): Iterable<Entry> {
    return this.#rows.range(start, end);
  }

  commit(writes: Writes): void {
    this.#rows.commit(writes);
    this.#tail.push(writes);
    if (!this.isSafe) this.#flushLater();
  }

  async durable(): Promise<void> {
    if (!this.isSafe) return;
    const last = this.#tail.at(-1);
    const { clock, random } = world();
    await clock.sleep(random() * SYNC_MS);
    // Gone when another flush was quicker.
    this.#write(last === undefined ? 0 : this.#tail.lastIndexOf(last) + 1);
  }

  async rest(): Promise<void> {}

  async close(): Promise<void> {}

  /** Writes everything. */
  flush(): void {
    this.#write(this.#tail.length);
  }

  /** Loses some of what is not on the disk, always the end of it. @returns how many commits. */
  crash(): number {
    this.#write(Math.floor(world().random() * (this.#tail.length + 1)));
    const lost = this.#tail.splice(0).length;
    this.#isFlushing = false;
    this.#rows = new MemoryStore();
    this.#rows.commit(this.#disk);
    return lost;
  }

  #flushLater(): void {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    const { clock, random } = world();
    clock.after(random() * BEHIND_MS, () => {
      this.#isFlushing = false;
      this.flush();
    });
  }

  #write(count: number): void {
    for (const writes of this.#tail.splice(0, count))
      for (const [key, value] of writes.entries())
        if (value === null) this.#disk.delete(key);
        else this.#disk.set(key, value);
  }
}
