import type { JournalEntry } from './journal-record.ts';

/**
 * A server of version 1.2.0 loses at its end what it acknowledged in about the last half second: up to 2,360 commands on
 * a busy disk. Times are counted while it answers, so that a stopped server or a sleeping computer ages nothing.
 */
const KEPT_FOR = 60;
/** Where too much is kept, the oldest may go sooner: ten times the longest that a server was ever seen to be behind. */
const KEPT_AT_LEAST = 5;
const KEPT_COMMANDS = 10_000;
const KEPT_BYTES = 16 * 1024 * 1024;

/** Acknowledged commands that the engine may still lose. */
export class Retention {
  /** With `Link.heard` at the acknowledgement, in its order. */
  readonly #kept = new Map<JournalEntry, number>();
  #bytes = 0;

  /** From now on; also one that is kept already, and was acknowledged anew. */
  keep(entry: JournalEntry, heard: number): void {
    this.release(entry);
    this.#kept.set(entry, heard);
    this.#bytes += entry.line.length;
  }

  release(entry: JournalEntry): void {
    if (this.#kept.delete(entry)) this.#bytes -= entry.line.length;
  }

  /** Gives those that are on the engine's disk by now, and keeps them no longer. */
  expired(heard: number): JournalEntry[] {
    const expired: JournalEntry[] = [];
    for (const [entry, since] of this.#kept) {
      const isMuch = this.#kept.size > KEPT_COMMANDS || this.#bytes > KEPT_BYTES;
      if (heard - since <= (isMuch ? KEPT_AT_LEAST : KEPT_FOR)) break;
      this.release(entry);
      expired.push(entry);
    }
    return expired;
  }
}
