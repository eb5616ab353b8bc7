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

/** Acknowledged commands that may be lost yet: with the end of what the engine wrote, or with all that it has. */
export class Retention {
  /** Those that the engine may not have on disk, with {@link EngineConnection.heard} at the acknowledgement, in its order. */
  readonly #young = new Map<JournalEntry, number>();
  /** Those that it has, and no backup. */
  readonly #settled = new Set<JournalEntry>();
  #bytes = 0;

  /** From now on; also one that is kept already, and was acknowledged anew. */
  keep(entry: JournalEntry, heard: number): void {
    this.release(entry);
    if (entry.settled) this.#settled.add(entry);
    else this.#young.set(entry, heard);
    this.#bytes += entry.bytes;
  }

  release(entry: JournalEntry): void {
    if (this.#young.delete(entry) || this.#settled.delete(entry)) this.#bytes -= entry.bytes;
  }

  /**
   * @param backedUp the last seq that a backup holds.
   * @returns those that are on the engine's disk by now and stay, and those that are kept no longer.
   */
  tidy(heard: number, backedUp: number): { settled: JournalEntry[]; gone: JournalEntry[] } {
    const old: JournalEntry[] = [];
    const gone: JournalEntry[] = [];
    for (const [entry, since] of this.#young) {
      if (heard - since <= KEPT_FOR) break;
      this.#young.delete(entry);
      this.#settled.add(entry);
      old.push(entry);
    }
    for (const entry of this.#settled) {
      if (isMissing(entry, backedUp) && !this.#isMuch) continue;
      this.release(entry);
      gone.push(entry);
    }
    for (const [entry, since] of this.#young) {
      if (!this.#isMuch || heard - since <= KEPT_AT_LEAST) break;
      this.release(entry);
      gone.push(entry);
    }
    return { settled: old.filter((entry) => this.#settled.has(entry)), gone };
  }

  /** True when so much is in no backup that a part of it would have to go before long. */
  isFilling(backedUp: number): boolean {
    const missing = [...this.#settled, ...this.#young.keys()].filter((entry) => isMissing(entry, backedUp));
    const bytes = missing.reduce((sum, entry) => sum + entry.bytes, 0);
    return missing.length > KEPT_COMMANDS / 2 || bytes > KEPT_BYTES / 2;
  }

  get #isMuch(): boolean {
    return this.#young.size + this.#settled.size > KEPT_COMMANDS || this.#bytes > KEPT_BYTES;
  }
}

/** True of a command whose events are in no backup; one that changed nothing has none. */
function isMissing({ applied }: JournalEntry, backedUp: number): boolean {
  return applied !== undefined && applied.seq >= applied.first_seq && applied.seq > backedUp;
}
