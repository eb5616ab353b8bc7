import { OrderedMap } from './ordered-map.ts';

/** A row's bytes, or in an index entry the key of the row; bytes for both when they come from the disk. */
export type Stored = Buffer | string;
export type Entry = [key: string, value: Stored];
/** `null` is a deletion. */
export type Writes = OrderedMap<Stored | null>;

/** Ordered keys, one character per byte, with values. */
export interface Readable {
  get(key: string): Stored | undefined;
  /** In key order, from `start` up to but without `end`. */
  range(start: string, end: string | undefined): Iterable<Entry>;
}

/** Where committed writes stay. */
export interface Store extends Readable {
  /** Visible at once. Throws EngineError ENGINE_UNAVAILABLE once the disk has failed. */
  commit(writes: Writes): void;
  /** Resolves when everything committed so far survives a power cut. */
  durable(): Promise<void>;
  /** Lets go of memory that is only good for work in progress. */
  rest(): Promise<void>;
  close(): Promise<void>;
}

export function asText(value: Stored): string {
  return typeof value === 'string' ? value : value.toString('latin1');
}

/** What `upper` says goes; the rest is as below. */
export function layered(upper: Writes, lower: Readable): Readable {
  return {
    get(key) {
      const value = upper.get(key);
      return value === undefined ? lower.get(key) : (value ?? undefined);
    },
    range: (start, end) =>
      upper.size === 0 ? lower.range(start, end) : merged(upper.range(start, end), lower.range(start, end)),
  };
}

function* merged(upper: Iterable<[string, Stored | null]>, lower: Iterable<Entry>): Generator<Entry> {
  const uppers = upper[Symbol.iterator]();
  let above = uppers.next();
  for (const entry of lower) {
    while (!above.done && above.value[0] < entry[0]) {
      if (above.value[1] !== null) yield [above.value[0], above.value[1]];
      above = uppers.next();
    }
    if (above.done || above.value[0] !== entry[0]) yield entry;
  }
  for (; !above.done; above = uppers.next())
    if (above.value[1] !== null) yield [above.value[0], above.value[1]];
}

/** Keeps everything in memory: nothing is left when the process ends. */
export class MemoryStore implements Store {
  private readonly values = new OrderedMap<Stored>();

  get(key: string): Stored | undefined {
    return this.values.get(key);
  }

  range(start: string, end: string | undefined): Iterable<Entry> {
    return this.values.range(start, end);
  }

  commit(writes: Writes): void {
    for (const [key, value] of writes.entries())
      if (value === null) this.values.delete(key);
      else this.values.set(key, value);
  }

  async durable(): Promise<void> {}

  async rest(): Promise<void> {}

  async close(): Promise<void> {}
}
