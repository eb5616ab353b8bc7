import { createHash } from 'node:crypto';
import type { Page } from './user-rows.ts';

export interface TableCount {
  rows: number;
  /** 64 hex digits: over every bit of every row, whatever their order. */
  digest: string;
}

/** What there is, table by table. */
export class Inventory {
  readonly #tables = new Map<string, { rows: number; sum: bigint }>();

  add({ table, rows }: Page): void {
    if (rows.length === 0) return;
    const count = this.#tables.get(table) ?? { rows: 0, sum: 0n };
    for (const { bytes } of rows) {
      const hash = createHash('sha256').update(bytes).digest('hex');
      count.sum = BigInt.asUintN(256, count.sum + BigInt(`0x${hash}`));
    }
    count.rows += rows.length;
    this.#tables.set(table, count);
  }

  get tables(): Record<string, TableCount> {
    const counts = [...this.#tables].map(([table, { rows, sum }]) => {
      return [table, { rows, digest: sum.toString(16).padStart(64, '0') }] as const;
    });
    return Object.fromEntries(counts);
  }

  /** Names of the tables in which the two differ. */
  differences(other: Inventory): string[] {
    const [mine, theirs] = [this.tables, other.tables];
    return [...new Set([...Object.keys(mine), ...Object.keys(theirs)])].filter(
      (table) => mine[table]?.rows !== theirs[table]?.rows || mine[table]?.digest !== theirs[table]?.digest,
    );
  }
}
