import type { JournalEntry } from './journal-record.ts';

/** From so many sessions that ended on it on, a command is sent alone, so that no innocent one is suspected with it. */
const ALONE_FROM = 2;
/** So many sessions in a row that end on one command are no accident. */
const GIVEN_UP_FROM = 8;

/** Finds the command that ends every session it is sent in: one that the engine dies of, or never answers. */
export class PoisonWatch {
  #suspect: JournalEntry | undefined;
  #count = 0;

  /** A session has ended; this was the first that it had not answered. */
  suspect(entry: JournalEntry): void {
    this.#count = this.#suspect === entry ? this.#count + 1 : 1;
    this.#suspect = entry;
  }

  isToBeSentAlone(entry: JournalEntry): boolean {
    return entry === this.#suspect && this.#count >= ALONE_FROM;
  }

  isPoison(entry: JournalEntry): boolean {
    return entry === this.#suspect && this.#count >= GIVEN_UP_FROM;
  }
}
