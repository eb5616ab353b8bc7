import type { JournalEntry } from './journal-record.ts';

/** After this many sessions have ended on a command, it is sent alone, so that no other command is suspected. */
const ALONE_FROM = 2;
/** This many consecutive sessions that end on one command are no accident. */
const DEAD_LETTER_FROM = 8;

/** Finds a poison command, one that ends every session in which it is sent: the engine crashes on it or never answers it. */
export class PoisonWatch {
  #suspect: JournalEntry | undefined;
  #count = 0;

  /** A session has ended; this was the first command that it had not answered. */
  suspect(entry: JournalEntry): void {
    this.#count = this.#suspect === entry ? this.#count + 1 : 1;
    this.#suspect = entry;
  }

  isToBeSentAlone(entry: JournalEntry): boolean {
    return entry === this.#suspect && this.#count >= ALONE_FROM;
  }

  isPoison(entry: JournalEntry): boolean {
    return entry === this.#suspect && this.#count >= DEAD_LETTER_FROM;
  }
}
