import type { JournalEntry } from './journal-record.ts';

/**
 * When a server of version 1.2.0 exits, it loses what it acknowledged in about the last half second: up to 2,360 commands on
 * a busy disk. Age is counted in answered heartbeats, so that a stopped server or a sleeping computer lets nothing expire.
 */
const KEPT_FOR = 60;
/** If too much is kept, the oldest may be removed sooner: ten times the longest delay ever observed in a server. */
const KEPT_AT_LEAST = 5;
const KEPT_COMMANDS = 10_000;
const KEPT_BYTES = 16 * 1024 * 1024;

/** Acknowledged commands that may still be lost: with the end of the engine's writes, or with all of its data. */
export class Retention {
  /** Commands that the engine may not have on disk, in order, with {@link EngineConnection.heartbeats} at the acknowledgement. */
  readonly #young = new Map<JournalEntry, number>();
  /** Commands that the engine has on disk but no backup contains. */
  readonly #settled = new Set<JournalEntry>();
  #bytes = 0;

  /** Keeps a command from now on, also one that is already kept and was acknowledged again. */
  keep(entry: JournalEntry, heartbeats: number): void {
    this.release(entry);
    if (entry.settled) this.#settled.add(entry);
    else this.#young.set(entry, heartbeats);
    this.#bytes += entry.bytes;
  }

  release(entry: JournalEntry): void {
    if (this.#young.delete(entry) || this.#settled.delete(entry)) this.#bytes -= entry.bytes;
  }

  /**
   * @param backedUp the last seq that a backup contains.
   * @returns the commands that are now on the engine's disk and stay, and those that are no longer kept.
   */
  tidy(heartbeats: number, backedUp: number): { settled: JournalEntry[]; gone: JournalEntry[] } {
    const old: JournalEntry[] = [];
    const gone: JournalEntry[] = [];
    for (const [entry, since] of this.#young) {
      if (heartbeats - since <= KEPT_FOR) break;
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
      if (!this.#isMuch || heartbeats - since <= KEPT_AT_LEAST) break;
      this.release(entry);
      gone.push(entry);
    }
    return { settled: old.filter((entry) => this.#settled.has(entry)), gone };
  }

  /** True if so much is in no backup that a part of it would soon have to be removed. */
  isFilling(backedUp: number): boolean {
    const missing = [...this.#settled, ...this.#young.keys()].filter((entry) => isMissing(entry, backedUp));
    const bytes = missing.reduce((sum, entry) => sum + entry.bytes, 0);
    return missing.length > KEPT_COMMANDS / 2 || bytes > KEPT_BYTES / 2;
  }

  get #isMuch(): boolean {
    return this.#young.size + this.#settled.size > KEPT_COMMANDS || this.#bytes > KEPT_BYTES;
  }
}

/** True if the events of a command are in no backup; false if it changed nothing and has none. */
function isMissing({ applied }: JournalEntry, backedUp: number): boolean {
  return applied !== undefined && applied.seq >= applied.first_seq && applied.seq > backedUp;
}
