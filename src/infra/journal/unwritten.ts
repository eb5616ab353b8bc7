import { appliedRow, encodeRecord, positionsOf, type JournalEntry } from './journal-record.ts';

/** The records of the next write. Outcomes share a record: one for each would cost more than the commands themselves. */
export class Unwritten {
  #lines: string[] = [];
  #applied: JournalEntry[] = [];
  #settled: JournalEntry[] = [];
  #gone: JournalEntry[] = [];

  get isEmpty(): boolean {
    return this.#lines.length + this.#applied.length + this.#settled.length + this.#gone.length === 0;
  }

  line(line: string): void {
    this.#lines.push(line);
  }

  applied(entry: JournalEntry): void {
    this.#applied.push(entry);
  }

  settled(entries: readonly JournalEntry[]): void {
    this.#settled = [...this.#settled, ...entries];
  }

  gone(entry: JournalEntry): void {
    this.#gone.push(entry);
  }

  /** Removes and returns the records, in an order with the same meaning. */
  take(): string[] {
    const lines = [...this.#lines, ...outcomeLines(this.#applied, this.#settled)];
    if (this.#gone.length > 0) lines.push(encodeRecord({ gone: positionsOf(this.#gone) }));
    [this.#lines, this.#applied, this.#settled, this.#gone] = [[], [], [], []];
    return lines;
  }

  /** Puts records of {@link take} that could not be written in front of the next write. */
  putBack(lines: readonly string[]): void {
    this.#lines = [...lines, ...this.#lines];
  }
}

/** The records of the applied and of the settled entries among these. */
export function* outcomeLines(
  entries: readonly JournalEntry[],
  settledEntries: readonly JournalEntry[],
): Generator<string> {
  // An entry that has since become a dead letter is no longer applied.
  const applied = entries.filter((entry) => entry.applied !== undefined);
  if (applied.length > 0) yield encodeRecord({ applied: applied.map(appliedRow) });
  const settled = settledEntries.filter((entry) => entry.settled);
  if (settled.length > 0) yield encodeRecord({ settled: positionsOf(settled) });
}
