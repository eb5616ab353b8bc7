import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { CommandLedger } from '../../commands/command-ledger.ts';
import { DeleteRecording } from '../../commands/recordings/delete-recording.ts';
import type { ActiveWindow } from '../rules/window-context-matching.ts';
import { TakeRow, type RowWriter } from './take-row.ts';

const CLOSE_MS = 2_000;

/** The rows of this service's own takes. */
@Injectable()
export class TakeRows {
  readonly #ended = new AbortController();
  readonly #writer: RowWriter;
  readonly #open = new Set<TakeRow>();

  constructor(commands: CommandBus, ledger: CommandLedger) {
    this.#writer = { commands, ledger, signal: this.#ended.signal };
  }

  /** The row of a take that has its first sample. */
  begin(
    file_path: string,
    { sampleRate, window }: { sampleRate: number; window: ActiveWindow | null },
  ): TakeRow {
    return this.#keep(
      TakeRow.begin(this.#writer, {
        file_path,
        duration_ms: 0,
        sample_rate: sampleRate,
        status: 'recording',
        active_window_app: window?.app_name ?? null,
        active_window_title: window?.title ?? null,
        recovered: false,
      }),
    );
  }

  /** The row of a take that was found on disk. */
  adopt(
    file_path: string,
    { duration_ms, sample_rate }: { duration_ms: number; sample_rate: number },
  ): TakeRow {
    const window = { active_window_app: null, active_window_title: null };
    const facts = { file_path, duration_ms, sample_rate, ...window, recovered: true };
    return this.#keep(TakeRow.begin(this.#writer, { ...facts, status: 'transcribing' }));
  }

  existing(id: number): TakeRow {
    return this.#keep(TakeRow.existing(this.#writer, id));
  }

  /** Removes row and file. */
  remove(row: TakeRow): Promise<void> {
    return row.remove((id) => Object.assign(new DeleteRecording(), { id, delete_file: true }));
  }

  /** Gives what is under way a moment; the next start finds the rest. */
  async close(): Promise<void> {
    const late = AbortSignal.timeout(CLOSE_MS);
    const written = Promise.all([...this.#open].map((row) => row.settled));
    await Promise.race([written, new Promise((resolve) => late.addEventListener('abort', resolve))]);
    this.#ended.abort();
  }

  #keep(row: TakeRow): TakeRow {
    this.#open.add(row);
    row.onIdle = () => this.#open.delete(row);
    return row;
  }
}
