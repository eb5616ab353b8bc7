import type { BackupMade } from '../../commands/backups/create-backup.ts';
import type { BackupProgress } from '../../events/live-event.ts';
import { HeycatError } from '../../errors.ts';
import { exists } from '../process/files/private-file.ts';
import type { EngineEndpoint } from '../database/engine.ts';
import { readHistory } from '../database/history/user-rows.ts';
import type { StreamHead } from '../database/bindings/index.ts';
import { packageVersion } from '../process/version.ts';
import { FORMAT, linesOf, nextOf, type BackupEnd, type BackupHeader } from './backup-lines.ts';
import { writeSealed } from './sealed-file.ts';

/** A page is given and read in one piece, and commands wait meanwhile: about 15 ms. */
const PAGE_BYTES = 128 * 1024;

export interface WriteBackup {
  /** Absolute path of a file that does not exist yet. */
  file: string;
  madeAt: Date;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: BackupProgress) => void) | undefined;
}

/**
 * Writes the user's history as it is when this begins, while others go on writing.
 * @throws HeycatError DUPLICATE or INVALID_ARGUMENT for the file, ENGINE_UNAVAILABLE, INTERNAL when it cannot be written;
 * CANCELLED. Nothing is left of the file then.
 */
export async function writeBackup(endpoint: EngineEndpoint, backup: WriteBackup): Promise<BackupMade> {
  const { file, madeAt, signal } = backup;
  if (await exists(file))
    throw new HeycatError('DUPLICATE', `${file} is there already; name another file.`, { field: 'file' });
  const lines = new HistoryLines(endpoint, backup);
  const bytes = await writeSealed(file, lines, signal).catch((thrown: unknown) => {
    throw signal?.aborted ? cancelled(signal) : refusal(file, thrown);
  });
  return { file, bytes, made_at: madeAt.toISOString(), ...lines.counts };
}

/** All lines of a backup, and what they were when they have been read. */
class HistoryLines implements AsyncIterable<string> {
  readonly counts = { epoch: '', events: 0, receipts: 0 };
  #total = 0;

  constructor(
    private readonly endpoint: EngineEndpoint,
    private readonly backup: WriteBackup,
  ) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    const { counts } = this;
    for await (const page of readHistory(this.endpoint, PAGE_BYTES)) {
      const head = page.rows[0]?.value as unknown as StreamHead;
      const lines = page.table === 'stream_heads' ? [this.#header(head)] : linesOf(page);
      if (lines.length > 0) yield `${lines.join('\n')}\n`;
      if (page.table === 'event_log') this.#report((counts.events += lines.length));
      if (page.table === 'command_receipts') counts.receipts += lines.length;
    }
    if (counts.events !== this.#total)
      throw new HeycatError('ENGINE_UNAVAILABLE', 'The history was replaced while it was read; try again.');
    yield `${JSON.stringify({ end: { receipts: counts.receipts } satisfies BackupEnd })}\n`;
  }

  #header(head: StreamHead): string {
    this.counts.epoch = head.epoch;
    this.#total = Number(head.nextSeq) - 1;
    const header: BackupHeader = {
      format: FORMAT,
      service: packageVersion(),
      made_at: this.backup.madeAt.toISOString(),
      identity: this.endpoint.identity,
      epoch: head.epoch,
      events: this.#total,
      next: nextOf(head),
    };
    return JSON.stringify({ header });
  }

  #report(done: number): void {
    this.backup.onProgress?.({ done, total: this.#total });
  }
}

function cancelled({ reason }: AbortSignal): HeycatError {
  return reason instanceof HeycatError ? reason : new HeycatError('CANCELLED');
}

function refusal(file: string, thrown: unknown): unknown {
  const { code, syscall } = thrown as NodeJS.ErrnoException;
  if (thrown instanceof HeycatError || syscall === undefined) return thrown;
  if (syscall === 'open') {
    const sentence = `${file} cannot be made: ${code}; name a file in a folder that exists and is yours.`;
    return new HeycatError('INVALID_ARGUMENT', sentence, { field: 'file', cause: code });
  }
  const advice = code === 'ENOSPC' ? '; make room on the disk' : '';
  return new HeycatError('INTERNAL', `${file} cannot be written: ${code}${advice}.`, {
    path: file,
    cause: code,
  });
}
