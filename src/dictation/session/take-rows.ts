import { createHash, randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { CommandMessage, RowId } from '../../commands/command.ts';
import { type Applied, CommandLedger } from '../../commands/command-ledger.ts';
import { BeginTake } from '../../commands/recordings/begin-take.ts';
import { DeleteRecording } from '../../commands/recordings/delete-recording.ts';
import { UpdateRecording } from '../../commands/recordings/update-recording.ts';
import { HeycatError } from '../../errors.ts';
import type { RecordingRow } from '../../events/rows.ts';
import { ReadModels } from '../../projections/read-models.ts';
import { recordings } from '../../projections/recordings.ts';
import type { ActiveWindow } from '../rules/window-context-matching.ts';

const CLOSE_MS = 2_000;
const RETRY_MS = 2_000;

/** Writes the rows of this service's own takes. */
@Injectable()
export class TakeRows {
  readonly #ended = new AbortController();
  readonly #writer: RowWriter;
  readonly #open = new Set<TakeRow>();

  constructor(
    commands: CommandBus,
    ledger: CommandLedger,
    private readonly models: ReadModels,
  ) {
    const onIdle = (row: TakeRow) => this.#open.delete(row);
    this.#writer = { commands, ledger, signal: this.#ended.signal, onIdle };
  }

  /** Every recording in the read models. */
  get listed(): readonly RecordingRow[] {
    return this.models.read(recordings).all;
  }

  find(id: number): RecordingRow | undefined {
    return this.models.row('recordings', id);
  }

  /** Creates the row of a take that has received its first sample. */
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

  /** Creates the row of a take that was found on disk. */
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

  /** Gives pending writes a moment; the next start finds the rest. */
  async close(): Promise<void> {
    const late = AbortSignal.timeout(CLOSE_MS);
    const written = Promise.all([...this.#open].map((row) => row.settled));
    await Promise.race([written, new Promise((resolve) => late.addEventListener('abort', resolve))]);
    this.#ended.abort();
  }

  #keep(row: TakeRow): TakeRow {
    this.#open.add(row);
    return row;
  }
}

type Facts = Omit<BeginTake, keyof CommandMessage>;
type Changes = Partial<Omit<UpdateRecording, keyof CommandMessage | 'id' | 'expected_seq'>>;

interface RowWriter {
  commands: CommandBus;
  ledger: CommandLedger;
  /** Aborted when the service ends: whatever is not journalled by then is found by the next start. */
  signal: AbortSignal;
  /** No change of this row is waiting to be written. */
  onIdle(row: TakeRow): void;
}

/**
 * The row of one take. Its changes are written in order, however long the engine is away: the sound is already on disk,
 * and nothing that happens to it waits for the row.
 */
export class TakeRow {
  readonly #logger = new Logger(TakeRow.name);
  /** The row's id, once it exists. Rejects only if the row cannot be created. */
  readonly id: Promise<number>;
  #last: Promise<unknown>;

  private constructor(
    private readonly writer: RowWriter,
    id: Promise<number>,
  ) {
    this.id = id;
    this.#last = id;
    id.catch((error: unknown) => this.#report(error));
  }

  /** Creates a row. Its command id is derived from the file's name, so that no take is listed twice. */
  static begin(writer: RowWriter, facts: Facts): TakeRow {
    const command = Object.assign(new BeginTake(), facts, { command_id: beginIdOf(facts.file_path) });
    const begun = applied(writer, command).then(({ result }) => (result as RowId).id);
    return new TakeRow(writer, begun);
  }

  static existing(writer: RowWriter, id: number): TakeRow {
    return new TakeRow(writer, Promise.resolve(id));
  }

  /** The id, if it is known by now. */
  async knownId(): Promise<number | null> {
    return Promise.race([this.id, Promise.resolve(null)]).catch(() => null);
  }

  /** Resolves when the row has been written or never will be: a failure is logged, the sound is kept. */
  async update(changes: Changes): Promise<void> {
    await this.#inTurn((id) =>
      applied(this.writer, Object.assign(new UpdateRecording(), { id, ...changes })),
    );
  }

  /** Removes the row and its file. */
  async remove(): Promise<void> {
    await this.#inTurn((id) =>
      applied(this.writer, Object.assign(new DeleteRecording(), { id, delete_file: true })),
    );
  }

  /** Resolves when all requested changes have been written or never will be. */
  get settled(): Promise<unknown> {
    return this.#last.catch(() => undefined);
  }

  async #inTurn(work: (id: number) => Promise<unknown>): Promise<void> {
    const done = this.#last.then(() => this.id).then(work);
    const last = done.catch((error: unknown) => this.#report(error));
    this.#last = last;
    await last;
    if (this.#last === last) this.writer.onIdle(this);
  }

  #report(error: unknown): void {
    if (this.writer.signal.aborted) return;
    const { code } = HeycatError.from(error);
    this.#logger.error(`A take's row could not be written (${code}); its sound is kept.`);
  }
}

/** Runs a command until it is applied; one that could not even be journalled is tried again. */
async function applied(writer: RowWriter, command: CommandMessage): Promise<Applied<object>> {
  const { commands, ledger, signal } = writer;
  // The same id in every attempt, so that a command whose answer was lost is not applied twice.
  command.command_id ??= randomUUID();
  for (;;) {
    try {
      const submitted = await commands.execute(command);
      return submitted.status === 'applied' ? submitted : await ledger.settled(submitted.command_id);
    } catch (thrown) {
      const error = HeycatError.from(thrown);
      if (!error.retryable || signal.aborted) throw error;
    }
    await sleep(RETRY_MS, undefined, { signal });
  }
}

/** A UUID derived from the file's name. */
function beginIdOf(path: string): string {
  const hex = createHash('sha256')
    .update(`heycat take ${basename(path)}`)
    .digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
