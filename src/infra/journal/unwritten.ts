import { appliedRow, encodeRecord, positionsOf, type JournalEntry } from './journal-record.ts';

/** What the next write says. Outcomes share a record: one for each would cost more than the commands themselves. */
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

  /** All of it, in an order that reads the same. */
  take(): string[] {
    const lines = [...this.#lines, ...outcomeLines(this.#applied, this.#settled)];
    if (this.#gone.length > 0) lines.push(encodeRecord({ gone: positionsOf(this.#gone) }));
    [this.#lines, this.#applied, this.#settled, this.#gone] = [[], [], [], []];
    return lines;
  }

  /** What {@link take} gave and could not be written comes first next time. */
  putBack(lines: readonly string[]): void {
    this.#lines = [...lines, ...this.#lines];
  }
}

/** How the entries among these end that have been applied, and which of them have been settled. */
export function* outcomeLines(
  entries: readonly JournalEntry[],
  settledEntries: readonly JournalEntry[],
): Generator<string> {
  // One that was given up since is no longer applied.
  const applied = entries.filter((entry) => entry.applied !== undefined);
  if (applied.length > 0) yield encodeRecord({ applied: applied.map(appliedRow) });
  const settled = settledEntries.filter((entry) => entry.settled);
  if (settled.length > 0) yield encodeRecord({ settled: positionsOf(settled) });
}
