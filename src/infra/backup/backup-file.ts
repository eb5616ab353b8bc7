import { HeycatError } from '../../errors.ts';
import type { ExactRow } from '../database/history/exact-rows.ts';
import { Inventory } from '../database/history/inventory.ts';
import type { Page } from '../database/history/user-rows.ts';
import {
  eventOf,
  FORMAT,
  nextLine,
  receiptOf,
  type BackupEnd,
  type BackupHeader,
  type EventFields,
  type ReceiptFields,
} from './backup-lines.ts';
import { SealedFile } from './sealed-file.ts';

const PAGE_ROWS = 1_000;
const PAGE_BYTES = 1024 * 1024;

type Line =
  { header: BackupHeader } | { event: EventFields } | { receipt: ReceiptFields } | { end: BackupEnd };

/** A backup that was read once from beginning to end and is intact. */
export class BackupFile implements AsyncDisposable {
  readonly inventory = new Inventory();
  header!: BackupHeader;
  /** As many as the last line says. */
  #receipts = -1;

  private constructor(
    private readonly path: string,
    private readonly file: SealedFile,
  ) {}

  /**
   * @throws HeycatError NOT_FOUND, INVALID_ARGUMENT when any bit of it is not as it was written, UNSUPPORTED_SCHEMA when
   * a newer version wrote it.
   */
  static async open(path: string): Promise<BackupFile> {
    const file = await SealedFile.open(path).catch((thrown: unknown) => {
      const cause = (thrown as NodeJS.ErrnoException).code;
      const [code, field] = [cause === 'ENOENT' ? 'NOT_FOUND' : 'INVALID_ARGUMENT', 'file'] as const;
      throw new HeycatError(code, `${path} cannot be read: ${cause}.`, { field, cause });
    });
    if (file === undefined)
      throw new HeycatError('INVALID_ARGUMENT', `${path} is no file.`, { field: 'file' });
    const backup = new BackupFile(path, file);
    try {
      await backup.#check();
      return backup;
    } catch (thrown) {
      await file[Symbol.asyncDispose]();
      throw thrown;
    }
  }

  /** The log in order, then the receipts, as the importer takes them; the bytes of a row are those of its line. */
  async *pages(): AsyncGenerator<Page> {
    let page: Page = { table: 'event_log', rows: [] };
    let size = 0;
    for await (const text of this.file.lines()) {
      const line = JSON.parse(text) as Line;
      if ('end' in line) this.#receipts = line.end.receipts;
      const [table, row] = rowOf(text, line);
      if (row === undefined) continue;
      if (table !== page.table || page.rows.length === PAGE_ROWS || size > PAGE_BYTES) {
        yield page;
        [page, size] = [{ table, rows: [] }, 0];
      }
      page.rows.push(row);
      size += row.bytes.length;
    }
    yield page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.file[Symbol.asyncDispose]();
  }

  async #check(): Promise<void> {
    // Nothing is made of the content before every byte is known to be the one that was written.
    if (!(await this.file.isIntact())) throw this.#damaged('it was changed or cut off');
    this.header = await this.#readHeader();
    if (this.header.format > FORMAT) {
      const sentence = `${this.path} was made by a newer version, ${this.header.service}; update heycat first.`;
      throw new HeycatError('UNSUPPORTED_SCHEMA', sentence, { field: 'file' });
    }
    await this.#count().catch((thrown: unknown) => {
      throw thrown instanceof HeycatError ? thrown : this.#damaged('it has a line that cannot be read');
    });
    this.inventory.add({ table: 'stream_heads', rows: [asRow(nextLine(this.header.next), {})] });
  }

  async #readHeader(): Promise<BackupHeader> {
    try {
      for await (const text of this.file.lines()) {
        const { header } = JSON.parse(text) as { header?: BackupHeader };
        if (header?.format !== undefined) return header;
        break;
      }
    } catch {
      // Reported below.
    }
    throw this.#damaged('it does not begin as a backup does');
  }

  async #count(): Promise<void> {
    let [events, receipts] = [0, 0];
    for await (const page of this.pages()) {
      this.inventory.add(page);
      if (page.table === 'event_log') events += page.rows.length;
      else receipts += page.rows.length;
    }
    if (events !== this.header.events || receipts !== this.#receipts)
      throw this.#damaged('lines are missing');
  }

  #damaged(why: string): HeycatError {
    const sentence = `${this.path} is not an intact backup: ${why}. Nothing was changed; use another one.`;
    return new HeycatError('INVALID_ARGUMENT', sentence, { field: 'file' });
  }
}

function rowOf(text: string, line: Line): [table: string, row: ExactRow | undefined] {
  if ('event' in line) return ['event_log', asRow(text, eventOf(line.event))];
  if ('receipt' in line) return ['command_receipts', asRow(text, receiptOf(line.receipt))];
  return ['', undefined];
}

function asRow(text: string, value: object): ExactRow {
  return { value: value as ExactRow['value'], bytes: Buffer.from(text) };
}
