import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RowPage } from '../../projections/snapshot.ts';
import { checkPage, type PageEntry } from './snapshot-file.ts';

/** A page on disk; its rows are read when they are first needed. */
export class SavedPage implements RowPage {
  #rows: readonly unknown[] | undefined;

  constructor(
    private readonly folder: string,
    readonly entry: PageEntry,
    rows?: readonly unknown[],
  ) {
    this.#rows = rows;
  }

  get count(): number {
    return this.entry.count;
  }

  /** @throws HeycatError NOT_READY if the page is damaged, the file system's error if it cannot be read. */
  rows(): readonly unknown[] {
    return (this.#rows ??= this.#parse(readFileSync(this.#path)));
  }

  /** Reads the rows ahead of their need. Rejects as {@link rows} throws. */
  async load(): Promise<void> {
    this.#rows ??= this.#parse(await readFile(this.#path));
  }

  /** True if exactly these row objects are on disk: rows are replaced and never mutated. */
  holds(rows: readonly unknown[]): boolean {
    const held = this.#rows;
    return held?.length === rows.length && held.every((row, index) => row === rows[index]);
  }

  get #path(): string {
    return join(this.folder, this.entry.file);
  }

  #parse(content: Buffer): unknown[] {
    checkPage(this.entry, content);
    return JSON.parse(content.toString()) as unknown[];
  }
}
